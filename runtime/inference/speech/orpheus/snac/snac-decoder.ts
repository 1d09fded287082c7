import { FoundOnce } from '../../../../lib/async';
import { type RpcCall, RpcClient } from '../../../../rpc/client';
import { log } from '../../../../lib/log';
import { usableCores } from '../../../machine/cores';
import { startWorker } from '../../../workers/start-worker';
import { type PoolWorker, WorkerPool } from '../../../workers/worker-pool';
import { Join } from '../../join';
import { byRuns } from '../sound/runs';
import type { Piece, Way } from '../sound/way';
import { inWindows } from '../sound/windows';
import type { Frame } from '../tokens/frame-assembler';
import { type Split, splitOf, suited } from './split';
import { leastFirstRun, stateLength } from './streaming/state';
import { type SnacWorkerProtocol, snacWorkerProtocol, type StreamingDecoder } from './worker-protocol';

const WORKER = 'inference/speech/orpheus/snac/snac-worker.js';

/** Until it has been measured: a core of a server takes 15 to 35. */
const USUAL_FRAME_MS = 20;
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
 * run by run; one that is not understood is decoded in windows.
 */
export class SnacDecoder implements FrameDecoder {
	private readonly wide: WorkerPool<SnacWorkerProtocol>;
	private readonly narrow: WorkerPool<SnacWorkerProtocol>;
	private readonly streaming: FoundOnce<StreamingDecoder | undefined>;
	private recentMs = USUAL_FRAME_MS;
	private speeches = 0;

	/** `rewrite`: false decodes in windows whatever the file is. */
	constructor(
		file: string,
		private readonly split: Split = splitOf(usableCores()),
		rewrite = true,
	) {
		this.streaming = new FoundOnce(async () => (rewrite ? await prepare(file) : undefined));
		const poolOf = (workers: number, threads: number): WorkerPool<SnacWorkerProtocol> =>
			new WorkerPool(async () => await loaded(file, threads, await this.streaming.get(new AbortController().signal)), workers);
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
		return streaming ? this.streamed(streaming, end) : this.windowed(end);
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
		await Promise.all([this.wide.warm(), this.narrow.warm()]);
	}

	/** Resolves when its threads are gone: exiting during a run aborts the process. */
	async close(): Promise<void> {
		await Promise.all([this.wide.close(), this.narrow.close()]);
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
				const samples = await this.measured(frames, signal, urgent, (client, codes) => client.call('run', { frames: codes, first, last, state }));
				first = false;
				return samples;
			},
		};
	}

	private windowed(end: () => void): SpeechDecoder {
		const join = new Join();
		return {
			way: inWindows,
			end,
			decode: async (frames, piece, signal, urgent) => join.push(await this.measured(frames, signal, urgent, (client, codes) => client.call('decode', { frames: codes })), piece),
		};
	}

	private async measured(
		frames: readonly Frame[],
		signal: AbortSignal,
		urgent: (() => boolean) | undefined,
		ask: (client: RpcClient<SnacWorkerProtocol>, codes: number[][]) => RpcCall<never, { readonly samples: Float32Array }>,
	): Promise<Float32Array> {
		const codes = frames.map((frame) => [...frame]);
		const startedAt = performance.now();
		const { samples } = await this[suited(this.split, this.speeches)].call((client) => ask(client, codes), signal, urgent);
		const tookMs = performance.now() - startedAt;
		if (frames.length > 0) this.recentMs += (tookMs / frames.length - this.recentMs) * LATEST_SHARE;
		return samples;
	}
}

/** undefined for a decoder that is not understood. Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN. */
async function prepare(file: string): Promise<StreamingDecoder | undefined> {
	const worker = open();
	try {
		const { streaming, why } = await worker.client.call('prepare', { file }).result;
		if (!streaming) log.warn({ why }, 'orpheus: this SNAC decoder is decoded in windows, which costs twice as much');
		return streaming ?? undefined;
	} finally {
		await worker.stop();
	}
}

async function loaded(file: string, threads: number, streaming: StreamingDecoder | undefined): Promise<PoolWorker<SnacWorkerProtocol>> {
	const worker = open();
	try {
		await worker.client.call('load', { file, threads, streaming: streaming ?? null }).result;
		return worker;
	} catch (error) {
		await worker.stop();
		throw error;
	}
}

function open(): PoolWorker<SnacWorkerProtocol> {
	const { pipe, ended } = startWorker(WORKER);
	const client = new RpcClient(snacWorkerProtocol, pipe, 'VOICE_ERR_MODEL_FAILED');
	/** A thread ends itself when no run is under way. */
	const stop = async (): Promise<void> => {
		// Its answer may be lost in its own end, which is what is waited for.
		client.call('stop', {}).result.catch(() => undefined);
		await ended;
	};
	return { client, ended, stop };
}
