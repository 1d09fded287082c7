import type { RpcCall, RpcClient } from '../../rpc/client';
import type { Protocol } from '../../rpc/protocol';
import { Scheduler } from '../scheduler/scheduler';
import type { Lane } from '../scheduler/steps';
import { cancelled, unlessCancelled } from '../../lib/async';

/** A thread or a process that has its model loaded and works on one call at a time. */
export interface PoolWorker<P extends Protocol> {
	readonly client: RpcClient<P>;
	/** Resolves when it is gone. */
	readonly ended: Promise<unknown>;
	/** Resolves when it is gone. */
	stop(): Promise<void>;
}

interface Member<P extends Protocol> {
	readonly worker: PoolWorker<P>;
	/** It works on one call at a time; the most urgent one goes first. */
	readonly scheduler: Scheduler;
	readonly lane: Lane;
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

	/**
	 * The answer of the idlest worker. `urgent`: goes before others' calls, asked when it is its turn. Rejects as
	 * `start` does, and with VOICE_ERR_CANCELLED once `signal` is aborted.
	 */
	async call<I, R>(ask: (client: RpcClient<P>) => RpcCall<I, R>, signal: AbortSignal, urgent = (): boolean => true): Promise<R> {
		const member = await unlessCancelled(this.freest(), signal);
		const permit = member.scheduler.permit({ lane: member.lane, kind: () => (urgent() ? 'nextSound' : 'soundAhead'), chunk: true }, signal);
		member.waiting++;
		try {
			return await permit(1, async () => await answered(ask(member.worker.client), signal));
		} catch (error) {
			if (signal.aborted) throw cancelled(error);
			throw error;
		} finally {
			member.waiting--;
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
		const scheduler = new Scheduler();
		const lane = scheduler.lane('worker', false);
		const started = this.start().then((worker) => ({ worker, scheduler, lane, waiting: 0, alive: true }));
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

/** The call's answer; an abort cancels it. */
async function answered<I, R>(call: RpcCall<I, R>, signal: AbortSignal): Promise<R> {
	const cancel = (): void => call.cancel();
	signal.addEventListener('abort', cancel, { once: true });
	try {
		return await call.result;
	} finally {
		signal.removeEventListener('abort', cancel);
	}
}
