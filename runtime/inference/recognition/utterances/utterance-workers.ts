import { VoiceError } from '../../../contract/errors';
import { log } from '../../../lib/log';
import type { PoolWorker } from '../../workers/worker-pool';
import type { UtteranceWorkerProtocol } from './worker-protocol';

/** More threads than this do not make one utterance's recognition quicker. */
const MOST_THREADS = 2;
/** The share of the free memory that workers beside the quick one may take. */
const MEMORY_SHARE = 0.5;
/** How long a machine with one call left keeps the workers of several. */
const KEEP_MS = 600_000;

export type UtteranceWorker = PoolWorker<UtteranceWorkerProtocol>;

export interface WorkerOptions {
	/** Rejects where the model cannot be loaded. */
	readonly start: (threads: number) => Promise<UtteranceWorker>;
	readonly cores: number;
	readonly availableBytes: () => number;
}

export interface Member {
	readonly threads: number;
	/** undefined while it loads. */
	worker: UtteranceWorker | undefined;
	busy: boolean;
	/** Settles when it has loaded, or cannot. */
	readonly loading: Promise<void>;
}

export interface WorkersListener {
	/** One has come, or is gone: others may have to do its work. */
	onChange(): void;
	/** None is left, and none can be started. */
	onNone(error: VoiceError): void;
}

/**
 * The workers of one model. One utterance alone is heard by the *quick* one, which has two threads; where several wait,
 * each has a worker with one thread, because two threads take half as much time of the processor again. Those are
 * started for a second caller, as many as there are cores and the memory bears: each holds the whole model.
 */
export class UtteranceWorkers {
	private readonly members: Member[] = [];
	private readonly quickThreads: number;
	private callers = 0;
	/** Of the greatest, once it has heard something. */
	private memoryBytes = 0;
	private closed = false;
	private shrinking: NodeJS.Timeout | undefined;
	/** One could not be started: the next caller's coming tries again. */
	private full = false;

	constructor(
		private readonly options: WorkerOptions,
		private readonly listener: WorkersListener,
	) {
		this.quickThreads = Math.min(MOST_THREADS, options.cores);
	}

	/** Resolves when the quick one has loaded. Rejects as `start`. */
	async ready(): Promise<void> {
		await (this.members.find(({ threads }) => threads === this.quickThreads) ?? this.add(this.quickThreads)).loading;
	}

	/** Where all have died. Whoever waits is told where none can be started. */
	atLeastOne(): void {
		if (this.members.length === 0 && !this.closed) this.add(this.quickThreads).loading.catch(() => undefined);
	}

	/** So many call at a time: their ends may come together. */
	expect(callers: number): void {
		if (this.closed) return;
		this.callers = callers;
		this.full = false;
		clearTimeout(this.shrinking);
		if (callers < 2) this.shrinking = setTimeout(() => this.shrink(), KEEP_MS).unref();
		this.grow();
	}

	/** One has heard an utterance, and holds so much memory. */
	took(bytes: number): void {
		this.memoryBytes = Math.max(this.memoryBytes, bytes);
		this.grow();
	}

	/** Who hears the next utterance while so many wait. Never more threads than cores: they would wait for each other. */
	free(waiting: number): Member | undefined {
		// A connection ends before its process has.
		const idle = this.members.filter(({ worker, busy }) => worker && !worker.client.isLost && !busy);
		const working = this.members.reduce((sum, { busy, threads }) => sum + (busy ? threads : 0), 0);
		const quick = idle.find(({ threads }) => threads === this.quickThreads);
		const narrow = idle.find(({ threads }) => threads < this.quickThreads);
		const alone = working === 0 && waiting < 2;
		const several = this.narrow().filter(({ worker }) => worker).length >= this.quickThreads;
		const order = alone || !several ? [quick, narrow] : [narrow, quick];
		return order.find((member) => member && (member.threads <= this.options.cores - working || working === 0));
	}

	/** Nobody works, and there are workers for several: whom the first is given to depends on how many come. */
	get expectsSeveral(): boolean {
		return this.callers > 1 && this.narrow().some(({ worker }) => worker) && !this.members.some(({ busy }) => busy);
	}

	/** Cores that may hear at a time, once the callers are there. */
	get cores(): number {
		const narrow = this.narrow().length;
		return Math.max(this.quickThreads, narrow + this.roomFor(this.options.cores - narrow));
	}

	forget(member: Member): void {
		const at = this.members.indexOf(member);
		if (at >= 0) this.members.splice(at, 1);
	}

	/** Resolves when all are gone. */
	async close(): Promise<void> {
		this.closed = true;
		clearTimeout(this.shrinking);
		await Promise.all(this.members.splice(0).map(ended));
	}

	private add(threads: number): Member {
		const loading = this.options.start(threads).then(
			(worker) => {
				member.worker = worker;
				void worker.ended.then(() => {
					this.forget(member);
					this.listener.onChange();
				});
				this.listener.onChange();
			},
			(thrown: unknown) => {
				this.forget(member);
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (this.members.length === 0) this.listener.onNone(error);
				throw error;
			},
		);
		const member: Member = { threads, worker: undefined, busy: false, loading };
		this.members.push(member);
		return member;
	}

	private narrow(): Member[] {
		return this.members.filter(({ threads }) => threads < this.quickThreads);
	}

	private grow(): void {
		const narrow = this.narrow().length;
		const wanted = Math.min(this.callers, this.options.cores);
		if (this.closed || this.full || wanted < 2 || wanted <= narrow) return;
		const more = this.roomFor(wanted - narrow);
		// Fewer than the quick one has threads are slower than it.
		if (narrow + more < this.quickThreads) return;
		for (let each = 0; each < more; each++) {
			this.add(1).loading.catch((error: unknown) => {
				this.full = true;
				log.warn({ code: VoiceError.from(error).code }, 'one more worker of a recogniser could not be started');
			});
		}
	}

	/** For so many more with one thread, `wanted` at most; none where it is not known yet what one takes. */
	private roomFor(wanted: number): number {
		const { cores, availableBytes } = this.options;
		if (cores < 2 || this.memoryBytes === 0) return 0;
		const narrow = this.narrow();
		const taken = this.memoryBytes * narrow.filter(({ worker }) => worker).length;
		const all = Math.floor((MEMORY_SHARE * (availableBytes() + taken)) / this.memoryBytes);
		return Math.max(0, Math.min(wanted, all - narrow.length));
	}

	private shrink(): void {
		for (const member of this.narrow()) {
			if (member.busy) continue;
			this.forget(member);
			void ended(member);
		}
	}
}

/** Resolves when it is gone, also where it still loads. */
async function ended(member: Member): Promise<void> {
	await member.loading.catch(() => undefined);
	await member.worker?.stop();
}
