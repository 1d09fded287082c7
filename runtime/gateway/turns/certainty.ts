import type { SpeculationSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';

/**
 * Whether the turn that is being answered has really ended. Until that is certain nothing of the answer is heard, shown, kept or
 * done: it waits here, in order. Where the caller goes on, the turn is superseded, and what waits is dropped.
 */
export class Certainty {
	private state: 'open' | 'certain' | 'superseded' = 'open';
	private waiting: Array<() => void> = [];
	private resolve: () => void = () => undefined;
	private reject: (error: VoiceError) => void = () => undefined;
	/** Rejects with VOICE_ERR_TURN_SUPERSEDED. */
	readonly known: Promise<void>;

	private isNeeded = false;

	/**
	 * @param mode what may be done before it is certain: the next one of these includes those before it
	 * @param onNeeded the work can go no further before it is certain; called once
	 */
	constructor(
		private readonly mode: SpeculationSettings['mode'],
		private readonly onNeeded: () => void = () => undefined,
	) {
		this.known = new Promise((resolve, reject) => {
			this.resolve = resolve;
			this.reject = reject;
		});
		this.known.catch(() => undefined);
	}

	/** Of a turn that was declared over before anybody worked on it. */
	static given(): Certainty {
		const certainty = new Certainty('modelAndVoice');
		certainty.confirm();
		return certainty;
	}

	get isCertain(): boolean {
		return this.state === 'certain';
	}

	get mayHaveModel(): boolean {
		return this.mode === 'model' || this.mayHaveVoice;
	}

	get mayHaveVoice(): boolean {
		return this.mode === 'modelAndVoice' || this.isCertain;
	}

	get isSuperseded(): boolean {
		return this.state === 'superseded';
	}

	/** The work can go no further without it, or has something to be heard. */
	need(): void {
		if (this.state !== 'open' || this.isNeeded) return;
		this.isNeeded = true;
		this.onNeeded();
	}

	/** `known`, for whom nothing else is to be done before. */
	async needed(): Promise<void> {
		this.need();
		await this.known;
	}

	/** Runs it as soon as it is certain: now, where it is. */
	once(act: () => void): void {
		if (this.state === 'certain') act();
		else if (this.state === 'open') this.waiting.push(act);
	}

	confirm(): void {
		if (this.state !== 'open') return;
		this.state = 'certain';
		for (const act of this.waiting) act();
		this.waiting = [];
		this.resolve();
	}

	supersede(): void {
		if (this.state !== 'open') return;
		this.state = 'superseded';
		this.waiting = [];
		this.reject(superseded());
	}

	/** What the work comes to; where nobody wants it any more, VOICE_ERR_TURN_SUPERSEDED at once. */
	async whileWanted<T>(work: Promise<T>): Promise<T> {
		const done = await Promise.race([work, this.known.then(async () => await work)]);
		this.assertWanted();
		return done;
	}

	/** Throws VOICE_ERR_TURN_SUPERSEDED. */
	assertWanted(): void {
		if (this.isSuperseded) throw superseded();
	}
}

function superseded(): VoiceError {
	return new VoiceError('VOICE_ERR_TURN_SUPERSEDED', 'The turn was begun early, and the caller has gone on.');
}
