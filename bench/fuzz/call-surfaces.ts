import { offerOf } from '../../runtime/media/sdp/offer.fixture';
import { VoiceError } from '../../runtime/contract/errors';
import type { PeerInput } from '../../runtime/cli/call/peer-protocol';
import type { RpcCall } from '../../runtime/rpc/client';
import { forkPeers, forkServer } from '../callers';
import { HANG_MS } from './http-surfaces';
import { oddJson, oddText, toJson } from './mutate';
import type { Random } from './random';
import type { OpenSurface, RunningTarget, Surface, Watched } from './surface';
import { residentBytes } from './target';

async function inTime<T>(what: Promise<T>): Promise<T> {
	let limit: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		limit = setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), HANG_MS);
	});
	return await Promise.race([what, late]).finally(() => clearTimeout(limit));
}

function watchedOf(name: string, pid: number | undefined, gone: boolean): Watched {
	if (gone || pid === undefined) throw new Error(`${name} has ended`);
	return { name, pid, rssBytes: residentBytes(pid) ?? 0 };
}

/** Offers in a real media process, with real wrtc behind the check. */
export const sdp: Surface = {
	name: 'SDP',
	share: 0.05,
	sideBySide: 8,
	open: async (): Promise<OpenSurface> => {
		const media = forkServer('media');
		await media.client.call('stats', {}).result;
		return {
			try: async (index, random) => {
				const offer = oddText(offerOf(), random);
				let answered = false;
				const session = media.client.call('session', { sessionId: `s_${index}`, offer, flushSilenceMs: 200 }, (event) => {
					if (event.type !== 'answer') return;
					if (!answered && random.chance(0.3)) session.send({ type: 'reoffer', id: 'again', offer: oddText(offerOf(), random) });
					answered = true;
					session.send({ type: 'close' });
				});
				try {
					await inTime(session.result);
					return undefined;
				} catch (error) {
					if (!(error instanceof VoiceError)) throw error;
					if (error.code === 'VOICE_ERR_MEDIA_LOST') throw error;
					return error.code === 'VOICE_ERR_INTERNAL' ? `SDP: ${error.message.slice(0, 200)}` : undefined;
				}
			},
			watched: async () => {
				await inTime(media.client.call('stats', {}).result);
				return [watchedOf('media', media.child.pid, media.child.exitCode !== null || media.child.signalCode !== null)];
			},
			close: async () => await media.stop(),
		};
	},
};

interface Line {
	readonly sessionId: string;
	readonly peer: RpcCall<PeerInput, unknown>;
	open: boolean;
}

/** What a page says in a real call with the runtime. */
export const dataChannel: Surface = {
	name: 'data channel',
	share: 0.05,
	sideBySide: 1,
	open: async ({ runtime }): Promise<OpenSurface> => {
		const peers = forkPeers();
		let line: Line | undefined;
		return {
			try: async (index, random) => {
				if (!line?.open) {
					// A call whose channel was closed waits for its caller.
					await hangUp(runtime, line);
					line = await inTime(call(runtime, peers));
				}
				// Long ones, too: a page may send up to 256 KB.
				line.peer.send({ type: 'request', json: request(random).slice(0, 200_000) });
				// As many as the channel carries without being filled up.
				if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
				return undefined;
			},
			watched: async () => [...(await runtime.watched()), watchedOf('caller', peers.child.pid, peers.child.exitCode !== null)].filter(({ name }) => name !== 'caller'),
			close: async () => {
				await hangUp(runtime, line);
				await peers.stop();
			},
		};
	},
};

async function hangUp({ url, headers }: RunningTarget, line: Line | undefined): Promise<void> {
	if (!line) return;
	await fetch(`${url}/v1/calls/${line.sessionId}`, { method: 'DELETE', headers });
	line.peer.send({ type: 'hangUp' });
}

function request(random: Random): string {
	const json = toJson(oddJson({ type: random.pick(['hangup', 'interrupt', 'interrupt', 'received', 'ack']), id: 'a', packets: 7, seq: 7, more: { a: [1] } }, random));
	return random.chance(0.4) ? oddText(json, random) : json;
}

async function call({ url, headers }: RunningTarget, peers: ReturnType<typeof forkPeers>): Promise<Line> {
	return await new Promise((resolve, reject) => {
		let line: Line | undefined;
		const answer = async (offer: string): Promise<void> => {
			const source = { workflowId: 'w1', node: 'Trigger', mode: 'test', turnUrl: 'http://127.0.0.1:9/x' };
			const agent = { transcribe: { model: 'pack:listen' }, apology: '' };
			const response = await fetch(`${url}/v1/sessions`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ offer, agent, source }) });
			const { sessionId, answer: sdpAnswer } = (await response.json()) as { sessionId: string; answer: string };
			line = { sessionId, peer, open: true };
			peer.send({ type: 'answer', sdp: sdpAnswer });
		};
		const peer = peers.client.call('peer', { hear: false }, (event) => {
			if (event.type === 'offer') answer(event.sdp).catch(reject);
			else if (event.type === 'event' && line) resolve(line);
			else if (event.type === 'channelClosed' && line) line.open = false;
		});
		peer.result.catch(reject);
	});
}
