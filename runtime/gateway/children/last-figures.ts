import type { ProcessState } from '../../contract/stats';
import { VoiceError } from '../../contract/errors';
import { within } from '../../lib/async';

/** Figures are for whoever looks after the runtime: a process at work may be late, one that hangs keeps nobody. */
const ANSWER_MS = 1000;

/** A process, as far as its figures go. */
interface Measured {
	readonly state: ProcessState;
	readonly pid: number | undefined;
}

/** The figures of a process: fresh ones where it answers in time, else those that it gave last, else zeros. */
export class LastFigures<T extends object> {
	constructor(
		private readonly child: Measured,
		private readonly ask: () => Promise<T>,
		private last: T,
	) {}

	async get(): Promise<T & { state: ProcessState; pid: number }> {
		const { child } = this;
		if (child.state === 'ready' || child.state === 'starting') {
			const late = new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The process did not answer in time.');
			this.last = await within(ANSWER_MS, late, this.ask()).catch(() => this.last);
		}
		return { ...this.last, state: child.state, pid: child.pid ?? 0 };
	}
}
