import { createHook } from 'node:async_hooks';

/** The name that sherpa-onnx-node 1.13.8 gives the work of one run on libuv's pool. */
const WORK = 'TtsGenerateWithConfigWorker';

/** Sound that was made before the work ended is handed over within this. */
const HAND_OVER_MS = 1000;

/**
 * Tells a run that failed. Where onnxruntime throws, sherpa-onnx-node (1.13.8) neither rejects nor resolves what
 * it promised. Node still says that the work has ended. One run at a time.
 */
export class RunWatch {
	private work: number | undefined;
	private ended = (): void => undefined;

	constructor() {
		createHook({
			init: (id, type) => {
				if (type === WORK) this.work = id;
			},
			after: (id) => {
				if (id === this.work) this.ended();
			},
		}).enable();
	}

	/** As the run, or rejects when its work has ended and nothing came of it. */
	async settled(run: () => Promise<unknown>): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			// A thread that was held up finds its timer due before what else has come: so once more round.
			const lost = (): void => void setImmediate(() => reject(new Error('the model failed while it ran')));
			this.ended = () => void setTimeout(lost, HAND_OVER_MS);
			run().then(() => resolve(), reject);
		});
	}
}
