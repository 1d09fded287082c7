import { parentPort } from 'node:worker_threads';
import { VoiceError } from '../../../../contract/errors';
import { pipeToStarter } from '../../../../rpc/pipes';
import { serve } from '../../../../rpc/server';
import { LONGEST_WINDOW } from '../sound/windows';
import { SnacModel } from './snac-model';
import { prepareStreaming, randomFrames } from './streaming/prepare';
import { SnacStreamingModel } from './streaming/streaming-model';
import { snacWorkerProtocol } from './worker-protocol';

let whole: SnacModel | undefined;
let byRuns: SnacStreamingModel | undefined;
/** One run at a time: the session is not asked again while it runs, nor released. */
let last: Promise<unknown> = Promise.resolve();

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const mine = last.then(work);
	last = mine.catch(() => undefined);
	return await mine;
}

function wanted<T>(model: T | undefined, signal: AbortSignal): T {
	if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'Nobody waits for this sound any more.');
	if (!model) throw new VoiceError('VOICE_ERR_INTERNAL', 'The decoder was asked before it was loaded.');
	return model;
}

serve(snacWorkerProtocol, pipeToStarter(), {
	prepare: async ({ file }) => {
		// Said of the file itself, before anything is said of rewriting it.
		await (await SnacModel.open(file)).release();
		try {
			const { bytes, plan } = await prepareStreaming(file);
			const graph = new SharedArrayBuffer(bytes.length);
			new Uint8Array(graph).set(bytes);
			return { streaming: { graph, plan: { ...plan, codes: [...plan.codes], states: [...plan.states] } }, why: '' };
		} catch (error) {
			return { streaming: null, why: error instanceof Error ? error.message : String(error) };
		}
	},
	load: async ({ file, threads, streaming }) => {
		// onnxruntime takes no memory that threads share.
		if (streaming) byRuns = await SnacStreamingModel.open(Uint8Array.from(new Uint8Array(streaming.graph)), streaming.plan, threads);
		else whole = await SnacModel.open(file, threads);
		return {};
	},
	loadOnCard: async ({ streaming }) => {
		byRuns = await SnacStreamingModel.openOnCard(Uint8Array.from(new Uint8Array(streaming.graph)), streaming.plan);
		for (let frames = 1; frames <= LONGEST_WINDOW; frames++) await byRuns.whole(randomFrames(frames));
		return {};
	},
	decode: async ({ frames }, { signal }) => await inTurn(async () => ({ samples: await wanted(whole, signal).decode(frames) })),
	run: async ({ state, ...run }, { signal }) => await inTurn(async () => ({ samples: await wanted(byRuns, signal).run(run, new Float32Array(state)) })),
	stop: async () => {
		await inTurn(async () => await Promise.all([whole?.release(), byRuns?.release()]));
		setImmediate(() => parentPort?.close());
		return {};
	},
});
