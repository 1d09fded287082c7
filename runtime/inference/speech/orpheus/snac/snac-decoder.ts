import { VoiceError } from '../../../../contract/errors';
import { FoundOnce, within } from '../../../../lib/async';
import type { RpcCall, RpcClient } from '../../../../rpc/client';
import { log } from '../../../../lib/log';
import { usableCores } from '../../../machine/cores';
import { type PoolWorker, WorkerPool } from '../../../workers/worker-pool';
import { Join } from '../../join';
import { byRuns } from '../sound/runs';
import type { Piece, Way } from '../sound/way';
import { inWindows } from '../sound/windows';
import type { Frame } from '../tokens/frame-assembler';
import type { FindSnacPlace } from './card/card-trial';
import { ON_CARD, type Split, splitOf, suited } from './split';
import { prepareSnac, startOnCard, startSnac } from './start-snac';
import { leastFirstRun, stateLength } from './streaming/state';
import type { SnacWorkerProtocol, StreamingDecoder } from './worker-protocol';

/** Until it has been measured: a core of a server takes 15 to 35. */
const USUAL_FRAME_MS = 20;
const CARD_LIMIT_MS = 10_000;
/** Of a run that is the first and the last: there is nothing to keep. */
const NO_STATE = new SharedArrayBuffer(0);
/** What the latest piece weighs among those before it. */
const LATEST_SHARE = 0.2;

/** One speech on its way to sound. */
export interface SpeechDecoder {
	/** In which pieces its frames are decoded. */
	readonly way: Way;
	/**
	 * The sound that follows on that of the piece before, 24 kHz, -1..1. `frames`: those of the piece. `urgent`: goes before others'
	 * pieces. Rejects with VOICE_ERR_CANCELLED, VOICE_ERR_MODEL_MISSING or _BROKEN. Pieces are asked for one after another.
	 */
	decode(frames: readonly Frame[], piece: Piece, signal: AbortSignal, urgent?: () => boolean): Promise<Float32Array>;
	/** It is not asked again. */
	end(): void;
}

/** How a decoder finds out whether it runs on a card. */
export interface UseOfCard {
	readonly find: FindSnacPlace;
	/** A thread that has the card; tests bring their own. */
	readonly start?: ((decoder: StreamingDecoder) => Promise<PoolWorker<SnacWorkerProtocol>>) | undefined;
	/** A card that takes longer for a window hangs: its speeches go on elsewhere. */
	readonly limitMs?: number;
}

/** What makes frames sound, for all speeches. */
export interface FrameDecoder {
	/** How long a frame has taken of late, ms, with the time for which a piece waited for a worker. */
	readonly frameMs: number;
	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN. */
	speech(): Promise<SpeechDecoder>;
	warm(): Promise<void>;
}

/**
 * Turns frames into sound on threads of its own, because a run blocks its thread. The file's decoder is rewritten to decode a speech
 * run by run; one that is not understood is decoded in windows. On a card that one is decoded in windows too: a run costs hundreds of
 * kernels and a wait whatever its length, so few long ones are cheap, a frame too many costs little, and no state goes back and forth.
 * A window that fails on the card is decoded on the processor, where all of them are from then on.
 */
export class SnacDecoder implements FrameDecoder {
	private readonly wide: WorkerPool<SnacWorkerProtocol>;
	private readonly narrow: WorkerPool<SnacWorkerProtocol>;
	private readonly streaming: FoundOnce<StreamingDecoder | undefined>;
	private recentMs = USUAL_FRAME_MS;
	private speeches = 0;
	private card: WorkerPool<SnacWorkerProtocol> | undefined;
	private lookedForCard: Promise<void> | undefined;

	/** `rewrite`: false decodes in windows whatever the file is. `useOfCard`: absent keeps it off one. */
	constructor(
		private readonly file: string,
		private readonly split: Split = splitOf(usableCores()),
		rewrite = true,
		private readonly useOfCard?: UseOfCard,
	) {
		this.streaming = new FoundOnce(async () => (rewrite ? await prepareSnac(file) : undefined));
		const poolOf = (workers: number, threads: number): WorkerPool<SnacWorkerProtocol> => new WorkerPool(async () => await this.loadedOnProcessor(threads), workers);
		this.wide = poolOf(split.wide.workers, split.wide.threads);
		this.narrow = poolOf(split.narrow, 1);
	}

	get frameMs(): number {
		return this.recentMs;
	}

	async speech(): Promise<SpeechDecoder> {
		const streaming = await this.streaming.get(new AbortController().signal);
		this.speeches++;
		let ended = false;
		const end = (): void => {
			if (!ended) this.speeches--;
			ended = true;
		};
		// A trial takes seconds: until it is over the processor decodes.
		void this.lookForCard();
		if (this.card) return this.windowed(end, async (...asked) => await this.onCard(...asked));
		if (streaming) return this.streamed(streaming, end);
		return this.windowed(end, async (frames, ...asked) => await this.onProcessor((client) => client.call('decode', { frames }), ...asked));
	}

	/** All of a short speech at once, as one decode has it. */
	async decode(frames: readonly Frame[], signal: AbortSignal): Promise<Float32Array> {
		const speech = await this.speech();
		try {
			return await speech.decode(frames, { from: 0, to: frames.length, keepTo: frames.length, last: true }, signal);
		} finally {
			speech.end();
		}
	}

	async warm(): Promise<void> {
		// Said first of a file that is none.
		await this.streaming.get(new AbortController().signal);
		// One worker of the processor at once: it decodes until the card is found, and where that fails.
		await Promise.all([this.lookForCard(), this[suited(this.split, 1)].warm(1)]);
		if (!this.card) await Promise.all([this.wide.warm(), this.narrow.warm()]);
	}

	/** Resolves when its threads are gone: exiting during a run aborts the process. */
	async close(): Promise<void> {
		await this.lookedForCard;
		await Promise.all([this.wide.close(), this.narrow.close(), this.card?.close()]);
	}

	/** Once. Never rejects. */
	private lookForCard(): Promise<void> {
		this.lookedForCard ??= this.openCard().catch((error: unknown) => log.warn({ err: error, instead: 'processor' }, 'orpheus: SNAC cannot use the GPU'));
		return this.lookedForCard;
	}

	private async openCard(): Promise<void> {
		if (!this.useOfCard) return;
		const { find, start = startOnCard } = this.useOfCard;
		const streaming = await this.streaming.get(new AbortController().signal);
		// The file's own graph is not for a card: onnxruntime 1.30 fails at its Pow there.
		const { onCard, why, frameMs = USUAL_FRAME_MS } = streaming ? await find(this.file) : { onCard: false, why: 'this decoder is not understood' };
		if (streaming && onCard) {
			const card = new WorkerPool(async () => await start(streaming), ON_CARD.workers);
			await card.warm();
			this.card = card;
			this.recentMs = frameMs;
		}
		log.info({ why }, onCard ? 'orpheus: SNAC runs on the GPU' : 'orpheus: SNAC runs on the processor');
	}

	/** The card's answer, or once that fails the processor's. */
	private async onCard(frames: number[][], signal: AbortSignal, urgent: (() => boolean) | undefined): Promise<DecodedWindow> {
		const ask: Ask = (client) => client.call('run', { frames, first: true, last: true, state: NO_STATE });
		const { card } = this;
		if (card) {
			try {
				const limitMs = this.useOfCard?.limitMs ?? CARD_LIMIT_MS;
				const late = new VoiceError('VOICE_ERR_MODEL_FAILED', `The GPU did not decode a window within ${limitMs / 1000} s.`);
				return await within(limitMs, late, card.call(ask, signal, urgent));
			} catch (error) {
				if (signal.aborted || VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED').code === 'VOICE_ERR_BAD_REQUEST') throw error;
				this.leaveCard(card, error);
			}
		}
		return await this.onProcessor(ask, signal, urgent);
	}

	private leaveCard(card: WorkerPool<SnacWorkerProtocol>, error: unknown): void {
		if (this.card !== card) return;
		this.card = undefined;
		this.recentMs = USUAL_FRAME_MS;
		log.warn({ err: error, instead: 'processor' }, 'orpheus: SNAC failed on the GPU and is left to the processor');
		// A thread that hangs never ends.
		card.close().catch(() => undefined);
	}

	private async loadedOnProcessor(threads: number): Promise<PoolWorker<SnacWorkerProtocol>> {
		const streaming = (await this.streaming.get(new AbortController().signal)) ?? null;
		return await startSnac((client) => client.call('load', { file: this.file, threads, streaming }));
	}

	private async onProcessor(ask: Ask, signal: AbortSignal, urgent: (() => boolean) | undefined): Promise<DecodedWindow> {
		return await this[suited(this.split, this.speeches)].call(ask, signal, urgent);
	}

	private streamed({ plan }: StreamingDecoder, end: () => void): SpeechDecoder {
		// All threads see it: each run may be another worker's.
		const state = new SharedArrayBuffer(stateLength(plan.states) * Float32Array.BYTES_PER_ELEMENT);
		const way = byRuns(plan.lookAhead, leastFirstRun(plan.lookAhead));
		let first = true;
		return {
			way,
			end,
			decode: async (frames, { last }, signal, urgent) => {
				const samples = await this.measured(frames, async (codes) => await this.onProcessor((client) => client.call('run', { frames: codes, first, last, state }), signal, urgent));
				first = false;
				return samples;
			},
		};
	}

	private windowed(end: () => void, decode: DecodeWindow): SpeechDecoder {
		const join = new Join();
		return {
			way: inWindows,
			end,
			decode: async (frames, piece, signal, urgent) => join.push(await this.measured(frames, async (codes) => await decode(codes, signal, urgent)), piece),
		};
	}

	private async measured(frames: readonly Frame[], decode: (codes: number[][]) => Promise<DecodedWindow>): Promise<Float32Array> {
		const startedAt = performance.now();
		const { samples } = await decode(frames.map((frame) => [...frame]));
		const tookMs = performance.now() - startedAt;
		if (frames.length > 0) this.recentMs += (tookMs / frames.length - this.recentMs) * LATEST_SHARE;
		return samples;
	}
}

interface DecodedWindow {
	readonly samples: Float32Array;
}
type Ask = (client: RpcClient<SnacWorkerProtocol>) => RpcCall<never, DecodedWindow>;
type DecodeWindow = (codes: number[][], signal: AbortSignal, urgent: (() => boolean) | undefined) => Promise<DecodedWindow>;
