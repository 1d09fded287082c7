/** The time in which a caller whose connection is gone may come back. Keeps no process alive. */
export class CallerAbsence {
	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly onTooLong: () => void) {}

	get lasts(): boolean {
		return this.timer !== undefined;
	}

	begin(limitMs: number): void {
		this.timer = setTimeout(this.onTooLong, limitMs).unref();
	}

	/** They are back, or the call is over. */
	end(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
	}
}
