import { Caller } from '../../../ipc/caller';
import { type StartedWorker, startWorker } from '../../onnx/start-worker';
import type { Frame } from '../tokens/frame-assembler';
import { unlessCancelled } from '../unless-cancelled';
import { type SnacWorkerProtocol, snacWorkerProtocol } from './worker-protocol';

const WORKER = 'inference/orpheus/snac/worker.js';

interface Member {
	readonly worker: StartedWorker;
	readonly caller: Caller<SnacWorkerProtocol>;
	/** Windows it has been given and not answered. */
	waiting: number;
	alive: boolean;
}

/**
 * Turns frames into sound on threads of its own, because a run blocks its thread. Threads are started as they
 * are needed, `most` at most; each holds the graph (52 MB). One that dies is replaced by the next call.
 */
export class SnacDecoder {
	private readonly members: Array<Promise<Member>> = [];

	constructor(
		private readonly file: string,
		private readonly most: number,
	) {}

	/** 2048 samples a frame, 24 kHz, -1..1. Rejects with VOICE_ERR_CANCELLED, VOICE_ERR_MODEL_MISSING or _BROKEN. */
	async decode(frames: readonly Frame[], signal: AbortSignal): Promise<Float32Array> {
		const member = await unlessCancelled(this.freest(), signal);
		const call = member.caller.call('decode', { frames: frames.map((frame) => [...frame]) });
		const cancel = (): void => call.cancel();
		signal.addEventListener('abort', cancel, { once: true });
		member.waiting++;
		try {
			return (await call.result).samples;
		} finally {
			member.waiting--;
			signal.removeEventListener('abort', cancel);
		}
	}

	async warm(): Promise<void> {
		await this.freest();
	}

	/** Resolves when its threads are gone: exiting during a run aborts the process. */
	async close(): Promise<void> {
		const members = await Promise.allSettled(this.members.splice(0));
		await Promise.all(members.map(async (member) => (member.status === 'fulfilled' ? await stop(member.value) : undefined)));
	}

	/** Another thread is started only when all others have work to do. */
	private async freest(): Promise<Member> {
		const alive = (await Promise.all(this.members)).filter((member) => member.alive);
		const idlest = alive.reduce<Member | undefined>((best, member) => (best && best.waiting <= member.waiting ? best : member), undefined);
		if (idlest && (idlest.waiting === 0 || this.members.length >= this.most)) return idlest;
		return await this.add();
	}

	private async add(): Promise<Member> {
		const started = this.start();
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

	private async start(): Promise<Member> {
		const worker = startWorker(WORKER);
		const caller = new Caller(snacWorkerProtocol, worker.pipe, 'VOICE_ERR_MODEL_FAILED');
		const member: Member = { worker, caller, waiting: 0, alive: true };
		try {
			await caller.call('load', { file: this.file }).result;
		} catch (error) {
			await stop(member);
			throw error;
		}
		return member;
	}
}

/** A thread ends itself when no run is under way. */
async function stop({ worker, caller }: Member): Promise<void> {
	// Its answer may be lost in its own end, which is what is waited for.
	caller.call('stop', {}).result.catch(() => undefined);
	await worker.ended;
}
