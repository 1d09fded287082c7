import { CALL_TOKEN_HEADER, SDP_FRAGMENT_TYPE } from '../../runtime/contract/signalling';
import { offerOf } from '../../runtime/media/sdp/offer.fixture';
import { HeldCalls } from './held-calls';
import { ask, bodyOf } from './http-surfaces';
import { oddText } from './mutate';
import type { Random } from './random';
import { saySomeFrames } from './signal-frames';
import type { OpenSurface, RunningTarget, Surface } from './surface';

/** ICE session of the offer in offer.fixture. */
const UFRAG = 'Yx9w';
/** Good form, and nobody there. */
const HOSTS = ['192.0.2.7', '127.0.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.1', '2001:db8::7', 'fe80::1%eth0', '::', 'a1b2c3d4-0000-4000-8000-000000000000.local', `${'x'.repeat(300)}.local`, 'localhost', '1e9', '', '١.٢.٣.٤'];

function oddCandidate(random: Random): string {
	const port = random.pick(['51234', '0', '9', '65536', '-1', '1e4', '99999999999999999999']);
	const line = `candidate:1 ${random.pick(['1', '2', '0', '256'])} ${random.pick(['udp', 'tcp', 'UDP', 'sctp'])} ${random.pick(['2122260223', '4294967296', '-1'])} ${random.pick(HOSTS)} ${port} typ ${random.pick(['host', 'srflx', 'relay', 'prflx', 'x'])}`;
	const more = random.pick(['', ' tcptype active', ' raddr 0.0.0.0 rport 0', ' raddr x rport -1', ' generation 0 ufrag Yx9w', ' ufrag ../..', ` ${'x '.repeat(300)}`]);
	return random.chance(0.2) ? oddText(line + more, random) : line + more;
}

function fragment(random: Random): string {
	const ufrag = random.pick([UFRAG, UFRAG, UFRAG, UFRAG, 'other', 'other', '', 'ü'.repeat(8), 'x'.repeat(300), 'a\u0000b', '__proto__']);
	const lines = [
		'a=ice-options:trickle',
		`a=ice-ufrag:${ufrag}`,
		`a=ice-pwd:${random.chance(0.7) ? 'Wm3kqkDq0bUuRk6sDk8nXw2S' : random.pick(['short', '', 'x'.repeat(5000)])}`,
		'm=audio 9 UDP/TLS/RTP/SAVPF 0',
		`a=mid:${random.pick(['0', '1', '17', '__proto__', 'x'.repeat(40)])}`,
		...Array.from({ length: random.pick([0, 1, 1, 2, 2, 3, 3, 64, 65, random.chance(0.3) ? 3000 : 5]) }, () => `a=${oddCandidate(random)}`),
		...(random.chance(0.5) ? ['a=end-of-candidates'] : []),
		'',
	].filter(() => !random.chance(0.03));
	const text = lines.join(random.pick(['\r\n', '\r\n', '\n', '\r']));
	return random.chance(0.25) ? oddText(text, random) : text;
}

/** Within calls of the runtime: candidates and restarts of ICE, as fragments and as JSON. */
export const fragments: Surface = {
	name: 'sdpfrag',
	share: 0.05,
	sideBySide: 4,
	open: async ({ runtime }): Promise<OpenSurface> => {
		const calls = new HeldCalls(runtime);
		return {
			try: async (_index, random) =>
				await calls.with(async ({ sessionId, token, etag }) => {
					const match = random.chance(0.2) ? random.pick(['W/"x"', '"other"', '"'.repeat(4000)]) : random.pick([undefined, etag, '*']);
					const auth = random.chance(0.1)
						? { authorization: 'Bearer wrong-wrong-wrong' }
						: random.pick<Record<string, string>>([runtime.headers, { authorization: `Bearer ${token}` }, { authorization: 'Bearer x', [CALL_TOKEN_HEADER]: token }]);
					const headers = { ...auth, ...(match === undefined ? {} : { 'if-match': match }) };
					const asked = random.chance(0.75) ? { type: typeOf(random), body: fragment(random) } : { body: patch(random) };
					const outcome = await ask(runtime, { method: 'PATCH', path: `/v1/calls/${sessionId}`, headers, ...asked });
					return { outcome, again: await goesOn(runtime, sessionId) };
				}),
			watched: async () => await runtime.watched(),
			close: async () => await calls.close(),
		};
	},
};

function typeOf(random: Random): string {
	return random.chance(0.85) ? SDP_FRAGMENT_TYPE : random.pick([`${SDP_FRAGMENT_TYPE}; charset=x`, SDP_FRAGMENT_TYPE.toUpperCase(), 'application/sdp', 'text/plain']);
}

function patch(random: Random): string {
	const candidates = Array.from({ length: random.pick([1, 2, 3, 65]) }, () => ({ candidate: oddCandidate(random), sdpMid: random.pick(['0', '17', null]), sdpMLineIndex: random.pick([0, 15, null]), usernameFragment: random.pick([UFRAG, 'other', null]) }));
	const message = random.pick<unknown>([{ type: 'candidates', candidates }, { type: 'candidates', candidates }, { type: 'offer', sdp: offerOf(), trickle: true }, { type: 'request', request: { type: 'received', packets: 7 } }]);
	// Good by its shape, with such candidates in it, half of the time.
	return random.chance(0.5) ? JSON.stringify(message) : bodyOf(message, random);
}

/** A request of no account: only the call's state is asked. */
async function goesOn({ url, headers }: RunningTarget, sessionId: string): Promise<boolean> {
	const body = JSON.stringify({ type: 'request', request: { type: 'ack', seq: 0 } });
	const answer = await fetch(`${url}/v1/calls/${sessionId}`, { method: 'PATCH', headers: { ...headers, 'content-type': 'application/json' }, body });
	await answer.text();
	return answer.ok;
}

/** At /v1/signal: frames before a socket has joined a call, and within calls. */
export const frames: Surface = {
	name: 'WebSocket frames',
	share: 0.08,
	sideBySide: 4,
	open: async ({ runtime }): Promise<OpenSurface> => {
		const calls = new HeldCalls(runtime);
		return {
			try: async (_index, random) => {
				if (random.chance(0.3)) return await saySomeFrames(runtime, random);
				return await calls.with(async (call) => {
					const outcome = await saySomeFrames(runtime, random, call, oddCandidate);
					return { outcome, again: await goesOn(runtime, call.sessionId) };
				});
			},
			watched: async () => await runtime.watched(),
			close: async () => await calls.close(),
		};
	},
};
