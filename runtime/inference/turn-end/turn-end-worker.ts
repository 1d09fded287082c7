import { parentPort } from 'node:worker_threads';
import { VoiceError } from '../../contract/errors';
import { pipeToStarter } from '../../rpc/pipes';
import { serve } from '../../rpc/server';
import { SmartTurn } from './smart-turn';
import { turnEndWorkerProtocol } from './worker-protocol';

let model: SmartTurn | undefined;
/** One run at a time: the session is not asked again while it runs, nor released. */
let last: Promise<unknown> = Promise.resolve();

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const mine = last.then(work);
	last = mine.catch(() => undefined);
	return await mine;
}

serve(turnEndWorkerProtocol, pipeToStarter(), {
	load: async ({ file, threads }) => {
		model = await SmartTurn.open(file, threads);
		// The first run takes longer than all others.
		await model.judge(new Int16Array(0));
		return {};
	},
	judge: async ({ pcm }, { signal }) =>
		await inTurn(async () => {
			if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The turn has been decided.');
			if (!model) throw new VoiceError('VOICE_ERR_INTERNAL', 'The judge was asked before it was loaded.');
			return { probability: await model.judge(pcm) };
		}),
	stop: async () => {
		await inTurn(async () => await model?.release());
		setImmediate(() => parentPort?.close());
		return {};
	},
});
