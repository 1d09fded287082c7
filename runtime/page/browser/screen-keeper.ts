/** Keeps a phone's screen on while a call lasts: a locked phone silences the page. */
export class ScreenKeeper {
	private lock: WakeLockSentinel | undefined;

	async hold(): Promise<void> {
		// Absent in older browsers, whatever lib.dom says.
		const wakeLock = navigator.wakeLock as WakeLock | undefined;
		// Refused on a low battery or in a hidden tab: the call goes on without it.
		this.lock = await wakeLock?.request('screen').catch(() => undefined);
	}

	release(): void {
		void this.lock?.release();
		this.lock = undefined;
	}
}
