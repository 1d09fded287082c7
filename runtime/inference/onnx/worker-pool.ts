import { VoiceError } from '../../contract/errors';
import type { Call, Caller } from '../../ipc/caller';
import type { Protocol } from '../../ipc/protocol';

/** A thread or a process that has its model loaded and works on one call at a time. */
export interface PoolWorker<P extends Protocol> {
	readonly caller: Caller<P>;
	/** Resolves when it is gone. */
	readonly ended: Promise<unknown>;
	/** Resolves when it is gone. */
	stop(): Promise<void>;
}

interface Member<P extends Protocol> {
	readonly worker: PoolWorker<P>;
	/** Calls it has been given and not answered. */
	waiting: number;
	alive: boolean;
}

/** Workers of one model, started as they are needed, `most` at most. One that dies is replaced by the next call. */
export class WorkerPool<P extends Protocol> {
	private readonly members: Array<Promise<Member<P>>> = [];

	constructor(
		private readonly start: () => Promise<PoolWorker<P>>,
		private readonly most: number,
	) {}

	/** The answer of the idlest worker. Rejects as `start` does, and with VOICE_ERR_CANCELLED where `signal` is aborted. */
	async call<I, R>(ask: (caller: Caller<P>) => Call<I, R>, signal: AbortSignal): Promise<R> {
		const member = await this.freest();
		if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
		const call = ask(member.worker.caller);
		const cancel = (): void => call.cancel();
		signal.addEventListener('abort', cancel, { once: true });
		member.waiting++;
		try {
			return await call.result;
		} finally {
			member.waiting--;
			signal.removeEventListener('abort', cancel);
		}
	}

	/** Rejects as `start` does. */
	async warm(): Promise<void> {
		await this.freest();
	}

	/** Resolves when its workers are gone. */
	async close(): Promise<void> {
		const members = await Promise.allSettled(this.members.splice(0));
		await Promise.all(members.map(async (member) => (member.status === 'fulfilled' ? await member.value.worker.stop() : undefined)));
	}

	/** Another worker is started only when all others have work to do. */
	private async freest(): Promise<Member<P>> {
		const alive = (await Promise.all(this.members)).filter((member) => member.alive);
		const idlest = alive.reduce<Member<P> | undefined>((best, member) => (best && best.waiting <= member.waiting ? best : member), undefined);
		if (idlest && (idlest.waiting === 0 || this.members.length >= this.most)) return idlest;
		return await this.add();
	}

	private async add(): Promise<Member<P>> {
		const started = this.start().then((worker) => ({ worker, waiting: 0, alive: true }));
		this.members.push(started);
		const forget = (): void => {
			const at = this.members.indexOf(started);
			if (at >= 0) void this.members.splice(at, 1);
		};
		void started.then(async (member) => {
			await member.worker.ended;
			member.alive = false;
			forget();
		}, forget);
		return await started;
	}
}
