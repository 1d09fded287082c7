import type { GapCause, SpeechGaps } from '../../contract/turn';
import type { SpeakEvent } from '../../rpc/inference-protocol';
import type { MediaEvent } from '../../rpc/media-protocol';

type Sound = Pick<Extract<SpeakEvent, { type: 'audio' }>, 'piece' | 'waitedFor'>;
type Gap = Pick<Extract<MediaEvent, { type: 'gap' }>, 'at' | 'ms' | 'why'>;

/** The silences in the middle of one utterance, and what each was waited for. */
export class GapRecord {
	private readonly givenAt: number[] = [];
	/** Pieces after which the writing paused for a reason, such as a tool: the silence there is no fault. */
	private readonly beforePause = new Set<number>();
	private newest: Sound | undefined;
	private readonly gaps: Array<{ readonly ms: number; readonly cause: GapCause }> = [];

	/** The voice is given its next piece at `at`. */
	pieceGiven(at: number): void {
		this.givenAt.push(at);
	}

	/** What comes after so many pieces comes later, and nobody knows when. */
	writingPauses(after: number): void {
		this.beforePause.add(after - 1);
	}

	/** The voice made sound. It ends the gap that media tells of next. */
	sound(sound: Sound): void {
		this.newest = sound;
	}

	/** Media tells of a gap that is over. */
	gap({ at, ms, why }: Gap): void {
		const piece = this.newest?.piece ?? 0;
		const writtenLate = (this.givenAt[piece] ?? 0) > at;
		if (why === 'late' && writtenLate && this.beforePause.has(piece - 1)) return;
		const late = writtenLate ? 'text' : (this.newest?.waitedFor ?? 'voice');
		this.gaps.push({ ms, cause: why === 'stalled' ? 'machine' : late });
	}

	get all(): SpeechGaps {
		return gapsOf(this.gaps);
	}
}

function gapsOf(gaps: ReadonlyArray<{ readonly ms: number; readonly cause: GapCause }>): SpeechGaps {
	const causes: SpeechGaps['causes'] = {};
	for (const { ms, cause } of gaps) causes[cause] = Math.round((causes[cause] ?? 0) + ms);
	return {
		count: gaps.length,
		totalMs: Math.round(gaps.reduce((sum, { ms }) => sum + ms, 0)),
		longestMs: Math.round(Math.max(0, ...gaps.map(({ ms }) => ms))),
		causes,
	};
}

/** Those of several utterances. */
export function gapsTogether(parts: readonly SpeechGaps[]): SpeechGaps {
	const causes: SpeechGaps['causes'] = {};
	for (const [cause, ms] of parts.flatMap((part) => Object.entries(part.causes) as Array<[GapCause, number]>)) causes[cause] = (causes[cause] ?? 0) + ms;
	return {
		count: parts.reduce((sum, { count }) => sum + count, 0),
		totalMs: parts.reduce((sum, { totalMs }) => sum + totalMs, 0),
		longestMs: Math.max(0, ...parts.map(({ longestMs }) => longestMs)),
		causes,
	};
}
