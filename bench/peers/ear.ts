import { isAudible, LISTEN_RATE, samplesToMs } from '../../runtime/audio/pcm';
import { TONES } from './engines';

/** 10 ms of what came in: its first and last audible moment, and which reply it is of. */
interface Block {
	readonly from: number;
	readonly to: number;
	readonly reply: string;
}

/** So long a silence ends a sound. */
const GAP_MS = 300;
/** Shorter remains of a sound are the codec's. */
const AGAIN_MS = 40;

/** All that a caller has heard, but for the silence. */
export class Ear {
	private readonly blocks: Block[] = [];

	/** 16 kHz; `at` is when its last sample came in. */
	hear(at: number, pcm: Int16Array): void {
		const first = pcm.findIndex(isAudible);
		if (first < 0) return;
		const before = (index: number): number => at - samplesToMs(pcm.length - index, LISTEN_RATE);
		this.blocks.push({ from: before(first), to: before(pcm.findLastIndex(isAudible) + 1), reply: loudest(pcm) });
	}

	/** The first audible sample after `at`. */
	soundAfter(at: number): number | undefined {
		const block = this.blocks.find(({ to }) => to > at);
		return block && Math.max(at, block.from);
	}

	/** Which reply sounded at `at`, or was the last one before. */
	replyAt(at: number): string | undefined {
		return this.blocks.findLast(({ from }) => from <= at)?.reply;
	}

	/** When the sound (of this reply, or any) that is heard at `at` had ended; undefined if it has not. */
	endOfSound(at: number, now: number, reply?: string): number | undefined {
		let end = at;
		for (const { from, to, reply: of } of this.blocks) {
			if (to <= at || (reply !== undefined && of !== reply)) continue;
			if (from - end > GAP_MS) return end;
			end = to;
		}
		return now - end > GAP_MS ? end : undefined;
	}

	/** Is anything of a reply heard again after `at`? */
	heardAgain(reply: string, at: number): boolean {
		const again = this.blocks.filter((block) => block.from > at && block.reply === reply);
		return again.reduce((sum, { from, to }) => sum + to - from, 0) > AGAIN_MS;
	}
}

/** The tone that is loudest (Goertzel). */
function loudest(pcm: Int16Array): string {
	let most = { name: '', power: -1 };
	for (const [name, tone] of TONES) {
		const factor = 2 * Math.cos((2 * Math.PI * tone) / LISTEN_RATE);
		let [before, last] = [0, 0];
		for (const sample of pcm) [before, last] = [last, sample + factor * last - before];
		const power = last * last + before * before - factor * last * before;
		if (power > most.power) most = { name, power };
	}
	return most.name;
}
