import { VoiceError } from '../../contract/errors';
import { cancelled, unlessCancelled } from '../../lib/async';
import { log } from '../../lib/log';
import type { RpcCall, RpcClient } from '../../rpc/client';
import type { Protocol } from '../../rpc/protocol';
import { Scheduler } from '../scheduler/scheduler';
import type { Lane } from '../scheduler/steps';

/** A run ends by itself within seconds, a whole sentence of a slow voice in half a minute. */
const CANCEL_LIMIT_MS = 30_000;

/** A thread or a process that has its model loaded and works on one call at a time. */
export interface PoolWorker<P extends Protocol> {
	readonly client: RpcClient<P>;
	/** Resolves when it is gone. */
	readonly ended: Promise<unknown>;
	/** Resolves when it is gone. */
	stop(): Promise<void>;
}

interface Member<P extends Protocol> {
	/** Rejects as `start` does. */
	readonly worker: Promise<PoolWorker<P>>;
	/** It works on one call at a time; the most urgent one goes first. */
	readonly scheduler: Scheduler;
	readonly lane: Lane;
	/** Calls it has been given and not answered. */
	waiting: number;
	gone: boolean;
	/** It has died: others take its calls. */
	readonly forget: () => void;
	/** It hangs: others take its calls, and it is ended if that can be done. */
	readonly giveUp: () => void;
}

/** Workers of one model, started as they are needed, `most` at most. One that dies is replaced by the next call. */
export class WorkerPool<P extends Protocol> {
	private readonly members: Array<Member<P>> = [];
	private closed = false;

	constructor(
		private readonly start: () => Promise<PoolWorker<P>>,
		private readonly most: number,
	) {}

	/**
	 * The answer of the worker with the fewest calls. `urgent`: goes before others' calls, asked when it is its turn. A call that
	 * its worker had not begun when it died goes to another. Rejects as `start` does, with what the client says of a worker
	 * that died at work, and with VOICE_ERR_CANCELLED once `signal` is aborted.
	 */
	async call<I, R>(ask: (client: RpcClient<P>) => RpcCall<I, R>, signal: AbortSignal, urgent = (): boolean => true): Promise<R> {
		for (;;) {
			if (signal.aborted) throw cancelled(signal.reason);
			// Counted in the same step as it is chosen: the next call of this tick sees it.
			const member = this.freest();
			member.waiting++;
			try {
				const answer = await inTurn(member, ask, signal, urgent);
				if (answer) return answer.value;
			} catch (error) {
				if (signal.aborted) throw cancelled(error);
				throw error;
			} finally {
				member.waiting--;
			}
		}
	}

	/** Resolves when `count` workers are ready for their first call. Rejects as `start` does. */
	async warm(count = this.most): Promise<void> {
		while (this.members.length < Math.min(count, this.most)) this.add();
		await Promise.all(this.members.slice(0, count).map(async ({ worker }) => await worker));
	}

	/** Resolves when its workers are gone. */
	async close(): Promise<void> {
		this.closed = true;
		const workers = await Promise.allSettled(this.members.splice(0).map(async ({ worker }) => await worker));
		await Promise.all(workers.map(async (worker) => (worker.status === 'fulfilled' ? await worker.value.stop() : undefined)));
	}

	/** Another worker is started only when all others have work to do. */
	private freest(): Member<P> {
		const [first, ...others] = this.members;
		if (!first) return this.add();
		const freest = others.reduce((best, member) => (best.waiting <= member.waiting ? best : member), first);
		return freest.waiting === 0 || this.members.length >= this.most ? freest : this.add();
	}

	private add(): Member<P> {
		if (this.closed) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The workers of this model have been stopped.');
		const scheduler = new Scheduler();
		const forget = (): void => {
			member.gone = true;
			const at = this.members.indexOf(member);
			if (at >= 0) this.members.splice(at, 1);
		};
		const giveUp = (): void => {
			forget();
			log.error({ why: `it did not end a cancelled call within ${CANCEL_LIMIT_MS / 1000} s` }, 'a worker hangs and is replaced');
			// A thread in native code cannot be ended; a process can.
			member.worker.then(async (worker) => await worker.stop()).catch(() => undefined);
		};
		const member: Member<P> = { worker: this.start(), scheduler, lane: scheduler.lane('worker', false), waiting: 0, gone: false, forget, giveUp };
		this.members.push(member);
		void member.worker.then(async ({ ended }) => await ended).then(forget, forget);
		return member;
	}
}

/** undefined where the worker was gone before it was this call's turn. */
async function inTurn<P extends Protocol, I, R>(
	member: Member<P>,
	ask: (client: RpcClient<P>) => RpcCall<I, R>,
	signal: AbortSignal,
	urgent: () => boolean,
): Promise<{ readonly value: R } | undefined> {
	const { client } = await unlessCancelled(member.worker, signal);
	const permit = member.scheduler.permit({ lane: member.lane, kind: () => (urgent() ? 'nextSound' : 'soundAhead'), chunk: true }, signal);
	return await permit(1, async () => {
		// Its connection ends before its process has.
		if (client.isLost) member.forget();
		return member.gone ? undefined : { value: await answered(ask(client), signal, member.giveUp) };
	});
}

/** The call's answer; an abort cancels it. A worker that does not heed that hangs: nobody waits for it any more. */
async function answered<I, R>(call: RpcCall<I, R>, signal: AbortSignal, giveUp: () => void): Promise<R> {
	let limit: NodeJS.Timeout | undefined;
	let stop = (): void => undefined;
	const hung = new Promise<never>((_resolve, reject) => {
		stop = () => {
			call.cancel();
			limit = setTimeout(() => {
				giveUp();
				reject(cancelled(signal.reason));
			}, CANCEL_LIMIT_MS);
		};
	});
	signal.addEventListener('abort', stop, { once: true });
	try {
		return await Promise.race([call.result, hung]);
	} finally {
		clearTimeout(limit);
		signal.removeEventListener('abort', stop);
	}
}
