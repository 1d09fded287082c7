import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { VoiceError } from '../../../contract/errors';
import type { WorkerAnswer, WorkerRequest } from './flite-worker';

interface Job {
	readonly request: WorkerRequest;
	readonly resolve: (pcm: Int16Array) => void;
	readonly reject: (error: VoiceError) => void;
}

interface Member {
	worker: Worker | undefined;
	job: Job | undefined;
}

/** Workers that speak one part at a time each; what is asked for beyond that waits in order. */
export class FlitePool {
	private readonly members: Member[];
	private readonly queue: Job[] = [];

	constructor(
		size: number,
		private readonly entry = path.join(__dirname, 'flite-worker.js'),
	) {
		this.members = Array.from({ length: size }, () => ({ worker: undefined, job: undefined }));
	}

	/** Rejects with VOICE_ERR_CANCELLED as soon as aborted: a part not begun is dropped, one begun is ignored. */
	speak(request: WorkerRequest, signal: AbortSignal): Promise<Int16Array> {
		return new Promise((resolve, reject) => {
			const cancel = (): void => {
				const at = this.queue.indexOf(job);
				if (at >= 0) this.queue.splice(at, 1);
				reject(new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.'));
			};
			const settled = (): void => signal.removeEventListener('abort', cancel);
			const job: Job = {
				request,
				resolve: (pcm) => {
					settled();
					resolve(pcm);
				},
				reject: (error) => {
					settled();
					reject(error);
				},
			};
			if (signal.aborted) {
				cancel();
				return;
			}
			signal.addEventListener('abort', cancel, { once: true });
			this.queue.push(job);
			this.serve();
		});
	}

	private serve(): void {
		for (const member of this.members) {
			if (member.job) continue;
			const job = this.queue.shift();
			if (!job) return;
			member.job = job;
			member.worker ??= this.start(member);
			member.worker.postMessage(job.request);
		}
	}

	private start(member: Member): Worker {
		const worker = new Worker(this.entry);
		const finish = (settle: (job: Job) => void): void => {
			const { job } = member;
			member.job = undefined;
			if (job) settle(job);
			this.serve();
		};
		const failed = (why: string): VoiceError => new VoiceError('VOICE_ERR_MODEL_FAILED', `flite failed: ${why}`);
		worker.on('message', (answer: WorkerAnswer) =>
			finish((job) => ('pcm' in answer ? job.resolve(answer.pcm) : job.reject(failed(answer.failed)))),
		);
		const lost = (why: string): void => {
			if (member.worker !== worker) return;
			member.worker = undefined;
			finish((job) => job.reject(failed(why)));
		};
		worker.on('error', (error) => lost(String(error)));
		worker.on('exit', (code) => lost(`its thread ended (${code})`));
		worker.unref();
		return worker;
	}
}
