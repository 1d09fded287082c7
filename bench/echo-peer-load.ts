import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PeerInput, peerProtocol } from '../runtime/cli/call/peer-protocol';
import { type Call, Caller } from '../runtime/ipc/caller';
import { type MediaInput, mediaProtocol } from '../runtime/ipc/media-protocol';
import { pipeToChild } from '../runtime/ipc/pipes';
import type { Protocol } from '../runtime/ipc/protocol';

const dist = path.resolve(__dirname, '..');

/** Before measuring: jitter buffers settle and bandwidth estimation comes to rest. */
const SETTLE_MS = 3000;

/** A server that answers mediaProtocol, or the process with the callers. */
class Forked<P extends Protocol> {
	readonly caller: Caller<P>;
	private readonly child: ChildProcess;

	constructor(entry: string, protocol: P) {
		this.child = fork(path.join(dist, entry), [], { serialization: 'advanced' });
		this.caller = new Caller(protocol, pipeToChild(this.child), 'VOICE_ERR_MEDIA_LOST');
	}

	async stop(): Promise<void> {
		const gone = once(this.child, 'exit');
		this.child.disconnect();
		await gone;
	}
}

export interface Load {
	readonly sessions: number;
	/** Server process, percent of one core per session. */
	readonly cpuPercent: number;
	readonly rssBytes: number;
	/** p99, ms. */
	readonly loopDelayMs: number;
	readonly loadLoopDelayMs: number;
}

interface Leg {
	readonly session: Call<MediaInput, unknown>;
	readonly peer: Call<PeerInput, unknown>;
}

/**
 * Puts `sessions` callers who talk without a pause on a server and lets it talk to them without a pause too
 * (an echo does so by itself), then measures for `seconds`.
 */
export async function measure(entry: string, sessions: number, speech: Int16Array, seconds: number, talksItself: boolean): Promise<Load> {
	const server = new Forked(entry, mediaProtocol);
	const callers = new Forked('runtime/cli/call/peer-process.js', peerProtocol);
	try {
		const legs = await Promise.all(Array.from({ length: sessions }, async (_, n) => await open(server, callers, n)));
		const total = SETTLE_MS / 1000 + seconds + 5;
		for (const leg of legs) talk(leg, speech, total, talksItself);
		await sleep(SETTLE_MS);
		const before = await server.caller.call('stats', {}).result;
		await callers.caller.call('stats', {}).result;
		const startedAt = performance.now();
		await sleep(seconds * 1000);
		const after = await server.caller.call('stats', {}).result;
		const elapsed = performance.now() - startedAt;
		const load = await callers.caller.call('stats', {}).result;
		for (const { session } of legs) session.send({ type: 'close' });
		return {
			sessions,
			cpuPercent: ((after.cpuMs - before.cpuMs) / elapsed / sessions) * 100,
			rssBytes: after.rssBytes,
			loopDelayMs: after.loopDelayMs,
			loadLoopDelayMs: load.loopDelayMs,
		};
	} finally {
		await callers.stop();
		await server.stop();
	}
}

async function open(server: Forked<typeof mediaProtocol>, callers: Forked<typeof peerProtocol>, n: number): Promise<Leg> {
	return await new Promise((resolve, reject) => {
		const peer = callers.caller.call('peer', { hear: false }, (event) => {
			if (event.type === 'state' && event.state === 'connected') resolve({ session, peer });
			if (event.type !== 'offer') return;
			session = server.caller.call('session', { sessionId: `s_${n}`, offer: event.sdp, flushSilenceMs: 200 }, (answer) => {
				if (answer.type === 'answer') peer.send({ type: 'answer', sdp: answer.answer });
			});
			session.result.catch(reject);
		});
		let session: Call<MediaInput, unknown>;
		peer.result.catch(reject);
	});
}

function talk({ session, peer }: Leg, speech: Int16Array, seconds: number, talksItself: boolean): void {
	const rounds = Math.ceil((seconds * 16_000) / speech.length);
	if (talksItself) session.send({ type: 'utterance', utteranceId: 'u', sampleRate: 16_000, interruptible: false });
	for (let round = 0; round < rounds; round++) {
		peer.send({ type: 'say', id: `${round}`, pcm: speech });
		if (talksItself) session.send({ type: 'play', utteranceId: 'u', pcm: speech });
	}
}
