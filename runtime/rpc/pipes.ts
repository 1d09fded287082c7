import type { ChildProcess } from 'node:child_process';
import { type Worker, parentPort } from 'node:worker_threads';
import { VoiceError } from '../contract/errors';
import type { Pipe } from './protocol';
import { asText } from './text-message';

/**
 * The parent's end. The child should be forked with `serialization: 'json'`, Node's default: its parser takes any depth,
 * while that of 'advanced' overflows, which ends the process that receives.
 */
export function pipeToChild(child: ChildProcess): Pipe {
	return {
		send: (message) => {
			// A message to a child that is just dying is lost; its calls are failed by onClose.
			if (child.connected) child.send(asText(message), () => undefined);
		},
		onMessage: (listener) => child.on('message', listener),
		onClose: (listener) => child.once('exit', listener),
	};
}

/** The child's end. A child whose parent is gone has nobody to work for: onClose is its cue to exit. */
export function pipeToParent(): Pipe {
	if (!process.send) throw new VoiceError('VOICE_ERR_INTERNAL', 'This program is started by the runtime, not by hand.');
	return {
		send: (message) => {
			if (process.connected) process.send?.(asText(message), undefined, undefined, () => undefined);
		},
		onMessage: (listener) => process.on('message', listener),
		onClose: (listener) => process.once('disconnect', listener),
	};
}

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
