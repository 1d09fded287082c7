import { VoiceError } from '../../contract/errors';

/** Limits how long a caller waits for the first word of what the model says next, from the question on. */
export class FirstWordLimit {
	/** Rejects with VOICE_ERR_TOO_SLOW once the time has passed without a word. */
	readonly passed: Promise<never>;
	private readonly timer: NodeJS.Timeout;
	private late = false;

	constructor(ms: number) {
		let late: (error: VoiceError) => void = () => undefined;
		this.passed = new Promise<never>((_, reject) => (late = reject));
		this.passed.catch(() => undefined);
		const error = new VoiceError('VOICE_ERR_TOO_SLOW', `The model gave no word within ${ms / 1000} s.`, {
			remedy: 'Choose a smaller model or a faster server, or raise "First Word Limit" in the Voice Session Trigger.',
		});
		this.timer = setTimeout(() => {
			this.late = true;
			late(error);
		}, ms);
	}

	/** What still comes belongs to nobody: the node may be at its next try. */
	get isOver(): boolean {
		return this.late;
	}

	/** A word has come, or nobody waits any more. */
	stop(): void {
		clearTimeout(this.timer);
	}
}
