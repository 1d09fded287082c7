import { type RemoteLimits } from './address';

/** How long whoever reads an answer may still wait. */
export interface WaitLimit {
	readonly ms: number;
	/** What the server did when it is over: the end of a sentence that begins with its name. */
	readonly late: string;
}

/**
 * The time limits of one answer that is being read. Bytes alone are no progress: a server that sends one every second
 * would never be late. Whoever reads says when a whole part of the answer was there, an event or some sound; where nobody
 * does, as with one JSON text, the whole answer is that part. Only time in which somebody
 * waits counts: a voice that is far ahead of its listener is not asked for more.
 */
export class AnswerTime {
	private totalMs = 0;
	/** Since the last whole part. */
	private partMs = 0;
	private parts = 0;
	private begun = false;

	constructor(private readonly limits: RemoteLimits) {}

	/** A whole part has come. */
	progressed(): void {
		this.parts++;
		this.partMs = 0;
	}

	/** For the next piece: what is over first. A part that comes in pieces has the time of one piece more. */
	next(): WaitLimit {
		const { firstByteMs, stallMs, totalMs } = this.limits;
		const piece: WaitLimit = this.begun
			? { ms: stallMs, late: `stopped in the middle of its answer: it sent nothing for ${stallMs} ms` }
			: { ms: firstByteMs, late: `did not start to answer within ${firstByteMs} ms` };
		const partLimitMs = (this.parts === 0 ? firstByteMs : stallMs) + stallMs;
		const part: WaitLimit = { ms: partLimitMs - this.partMs, late: `answers too slowly: what it sent within ${partLimitMs} ms is of no use yet` };
		const total: WaitLimit = { ms: totalMs - this.totalMs, late: `did not finish its answer within ${totalMs} ms` };
		return [part, total].reduce((least, each) => (each.ms < least.ms ? each : least), piece);
	}

	/** A piece has come after this wait. */
	waited(ms: number): void {
		this.begun = true;
		this.partMs += ms;
		this.totalMs += ms;
	}
}
