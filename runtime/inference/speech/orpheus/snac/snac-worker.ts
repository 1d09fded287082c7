import { parentPort } from 'node:worker_threads';
import { VoiceError } from '../../../../contract/errors';
import { serve } from '../../../../rpc/server';
import { pipeToStarter } from '../../../../rpc/pipes';
import { SnacModel } from './snac-model';
import { snacWorkerProtocol } from './worker-protocol';

let model: SnacModel | undefined;
/** One run at a time: the session is not asked again while it runs, nor released. */
let last: Promise<unknown> = Promise.resolve();

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const mine = last.then(work);
	last = mine.catch(() => undefined);
	return await mine;
}

serve(snacWorkerProtocol, pipeToStarter(), {
	load: async ({ file, threads }) => {
		model = await SnacModel.open(file, threads);
		return {};
	},
	decode: async ({ frames }, { signal }) =>
		await inTurn(async () => {
			if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'Nobody waits for this sound any more.');
			if (!model) throw new VoiceError('VOICE_ERR_INTERNAL', 'The decoder was asked before it was loaded.');
			return { samples: await model.decode(frames) };
		}),
	stop: async () => {
		await inTurn(async () => await model?.release());
		setImmediate(() => parentPort?.close());
		return {};
	},
});
