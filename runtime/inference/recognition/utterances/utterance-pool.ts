import { LISTEN_RATE, piecesOf, samplesToMs } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { cancelled, within } from '../../../lib/async';
import { log } from '../../../lib/log';
import type { RpcCall } from '../../../rpc/client';
import type { Recognition, UtteranceCost } from '../engine';
import { type UtteranceOwner, FairQueue } from './fair-queue';
import { costOf, type HeardUtterance } from './utterance-cost';
import { type Member, type UtteranceWorker, UtteranceWorkers, type WorkerOptions } from './utterance-workers';

/** No utterance is heard so slowly. */
const HANG_MS = 60_000;
const HANG_FACTOR = 20;
/** Of callers who end together, between the first and the last. */
const GATHER_MS = 2;
/** So many of the last ones tell what one costs. */
const SEEN = 100;

/** One utterance, whole. */
export interface Utterance {
	/** 16 kHz. */
	readonly pcm: Int16Array;
	/** As the model names it; '': it finds out. */
	readonly language: string;
}

interface Job {
	readonly owner: UtteranceOwner;
	readonly utterance: Utterance;
	readonly signal: AbortSignal;
	readonly resolve: (recognition: Recognition) => void;
	readonly reject: (error: VoiceError) => void;
	/** A worker has died with it. */
	died: boolean;
}

/** Hears whole utterances, each by a worker of its own, in an order that is fair between those who ask. */
export class UtterancePool {
	private readonly queue = new FairQueue<Job>();
	private readonly heard = new Set<Job>();
	private readonly workers: UtteranceWorkers;
	private readonly seen: HeardUtterance[] = [];
	private closed = false;
	private gathering: NodeJS.Timeout | NodeJS.Immediate | undefined;

	constructor(options: WorkerOptions) {
		this.workers = new UtteranceWorkers(options, { onChange: () => this.dispatch(), onNone: (error) => this.rejectWaiting(error) });
	}

	/** Resolves when an utterance can be heard. Rejects where the model cannot be loaded. */
	async ready(): Promise<void> {
		if (this.closed) throw new VoiceError('VOICE_ERR_CANCELLED', 'The recogniser was closed.');
		await this.workers.ready();
	}

	/** So many call at a time: their ends may come together. */
	expect(callers: number): void {
		this.workers.expect(callers);
	}

	/**
	 * An utterance whose worker dies is heard again by another one. Rejects with VOICE_ERR_INFERENCE_LOST when that one dies
	 * too, as the worker answers, with why no worker can be started, and with VOICE_ERR_CANCELLED once `signal` aborts: at
	 * once where it still waits, else when its worker is free again.
	 */
	async recognise(owner: UtteranceOwner, utterance: Utterance, signal: AbortSignal): Promise<Recognition> {
		if (this.closed) throw lost();
		if (signal.aborted) throw cancelled(signal.reason);
		let leave = (): void => undefined;
		try {
			return await new Promise<Recognition>((resolve, reject) => {
				const job: Job = { owner, utterance, signal, resolve, reject, died: false };
				leave = () => {
					if (this.heard.has(job)) return;
					this.queue.remove(owner, job);
					reject(cancelled(signal.reason));
				};
				signal.addEventListener('abort', leave, { once: true });
				this.queue.add(owner, job);
				this.dispatchTogether();
			});
		} finally {
			signal.removeEventListener('abort', leave);
		}
	}

	/** undefined until something was heard. */
	get cost(): UtteranceCost | undefined {
		return costOf(this.seen, this.workers.cores);
	}

	/** Resolves when all workers are gone. What waits or is being heard is rejected with VOICE_ERR_INFERENCE_LOST. */
	async close(): Promise<void> {
		this.closed = true;
		this.rejectWaiting(lost());
		for (const job of this.heard) job.reject(lost());
		await this.workers.close();
	}

	/**
	 * Ends that come in one moment are all seen before the first is given to a worker, which would take it for one alone. They come
	 * through a pipe, one after the other: where others call too, that takes a moment longer than a round of the event loop.
	 */
	private dispatchTogether(): void {
		const dispatch = (): void => {
			this.gathering = undefined;
			this.dispatch();
		};
		this.gathering ??= this.workers.expectsSeveral ? setTimeout(dispatch, GATHER_MS) : setImmediate(dispatch);
	}

	private dispatch(): void {
		for (let member = this.workers.free(this.queue.waiting); member; member = this.workers.free(this.queue.waiting)) {
			const job = this.queue.next();
			if (!job) return;
			void this.work(member, job);
		}
		if (this.queue.waiting > 0) this.workers.atLeastOne();
	}

	private async work(member: Member, job: Job): Promise<void> {
		member.busy = true;
		this.heard.add(job);
		try {
			if (member.worker) await this.hear(member, member.worker, job);
		} finally {
			member.busy = false;
			this.heard.delete(job);
			this.dispatch();
		}
	}

	private async hear(member: Member, worker: UtteranceWorker, job: Job): Promise<void> {
		const { pcm, language } = job.utterance;
		const soundMs = samplesToMs(pcm.length, LISTEN_RATE);
		const call = worker.client.call('recognise', { pcm: piecesOf(pcm), language });
		const cancel = (): void => call.cancel();
		job.signal.addEventListener('abort', cancel, { once: true });
		try {
			const { recognition, coreMs, memoryBytes } = await answered(call, worker, soundMs);
			this.seen.push({ coreMs, soundMs, threads: member.threads });
			if (this.seen.length > SEEN) this.seen.shift();
			job.resolve(recognition);
			this.workers.took(memoryBytes);
		} catch (error) {
			if (worker.client.isLost) this.workers.forget(member);
			if (job.signal.aborted) job.reject(cancelled(job.signal.reason));
			else if (worker.client.isLost) this.afterDeath(job, error);
			else job.reject(VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED'));
		} finally {
			job.signal.removeEventListener('abort', cancel);
		}
	}

	private afterDeath(job: Job, error: unknown): void {
		const { code } = VoiceError.from(error, 'VOICE_ERR_INFERENCE_LOST');
		if (this.closed || job.died) {
			job.reject(VoiceError.from(error, 'VOICE_ERR_INFERENCE_LOST'));
			return;
		}
		log.warn({ code }, 'a recogniser died, another one hears its utterance again');
		job.died = true;
		this.queue.addAgain(job);
	}

	private rejectWaiting(error: VoiceError): void {
		for (let job = this.queue.next(); job; job = this.queue.next()) job.reject(error);
	}
}

/** A worker that hangs is ended; its calls then fail like those of one that died. */
async function answered<R>(call: RpcCall<never, R>, worker: UtteranceWorker, soundMs: number): Promise<R> {
	const hung = lost();
	try {
		return await within(Math.max(HANG_MS, HANG_FACTOR * soundMs), hung, call.result);
	} catch (error) {
		if (error === hung) await worker.stop();
		throw error;
	}
}

function lost(): VoiceError {
	return new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The recogniser ended before it had heard the utterance.');
}
