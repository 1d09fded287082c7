import { parentPort } from 'node:worker_threads';
import { Flite, type FliteRequest } from './flite';

/** Synthesis blocks its thread for some 100 ms a sentence, so it has one of its own. */
export interface WorkerRequest extends FliteRequest {
	readonly sampleRate: number;
}
export type WorkerAnswer = { readonly pcm: Int16Array } | { readonly failed: string };

const flite = Flite.load();

parentPort?.on('message', (request: WorkerRequest) => {
	void flite.then((program) => program.speak(request, request.sampleRate)).then(
		(pcm) => {
			const answer: WorkerAnswer = { pcm };
			parentPort?.postMessage(answer, [pcm.buffer as ArrayBuffer]);
			void flite.then((program) => setImmediate(() => program.prepare()));
		},
		(error: unknown) => {
			const answer: WorkerAnswer = { failed: error instanceof Error ? error.message : String(error) };
			parentPort?.postMessage(answer);
		},
	);
});
