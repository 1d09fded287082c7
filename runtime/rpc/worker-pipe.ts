import { type Worker, parentPort } from 'node:worker_threads';
import { VoiceError } from '../contract/errors';
import type { Pipe } from './protocol';

/** The end of whoever started the worker. What is sent is copied whole: cut views to size before. */
export function pipeToWorker(worker: Worker): Pipe {
	return {
		send: (message) => worker.postMessage(message),
		onMessage: (listener) => worker.on('message', listener),
		onClose: (listener) => worker.once('exit', listener),
	};
}

/** The worker's end. */
export function pipeToStarter(): Pipe {
	const port = parentPort;
	if (!port) throw new VoiceError('VOICE_ERR_INTERNAL', 'This program is a worker of the inference process.');
	return {
		send: (message) => port.postMessage(message),
		onMessage: (listener) => port.on('message', listener),
		onClose: (listener) => port.once('close', listener),
	};
}
