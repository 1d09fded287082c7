// Guards against: places that are held by callers from whom nothing comes, and callers given up who only say nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { heldMessages } from '../../runtime/contract/signalling';
import { DirectCaller, DirectCalls } from './direct-calls';
import { type PacketKind, UdpProxy } from './udp-proxy';

jest.setTimeout(120_000);

let calls: DirectCalls;
const networks: UdpProxy[] = [];
const cleanups: Array<() => void> = [];

beforeAll(async () => {
	calls = await DirectCalls.start();
});
afterAll(async () => {
	await calls.stop();
	for (const network of networks) network.close();
	for (const cleanup of cleanups) cleanup();
});

class SilentCaller {
	private constructor(
		readonly caller: DirectCaller,
		readonly network: UdpProxy,
	) {}

	/** @param passes of what the caller sends */
	static async call(passes: readonly PacketKind[]): Promise<SilentCaller> {
		const network = await UdpProxy.open();
		networks.push(network);
		network.passesUp = passes;
		const caller = new DirectCaller(calls);
		await caller.opens({ offerOf: (sdp) => network.offerOf(sdp), answerOf: (sdp) => network.answerOf(sdp) });
		return new SilentCaller(caller, network);
	}

	/** All that the runtime has told this caller, asked for over HTTP. */
	async told(): Promise<{ types: string[]; reason: string | undefined }> {
		const answer = await calls.runtime.client.exchange(this.caller.sessionId, { method: 'GET', after: '0' });
		const { messages } = heldMessages.parse(JSON.parse(answer.body.toString()));
		const events = messages.flatMap((message) => (message.type === 'event' ? [message.event] : []));
		return { types: events.map(({ type }) => type), reason: events.flatMap((event) => (event.type === 'session.ended' ? [event.reason] : []))[0] };
	}

	async untilTold(type: string): Promise<string | undefined> {
		for (;;) {
			const { types, reason } = await this.told();
			if (types.includes(type)) return reason;
			await sleep(200);
		}
	}
}

// All at once: each takes its time.
const ALL: readonly PacketKind[] = ['stun', 'dtls setup', 'dtls data', 'sound'];
const callers = {
	'only STUN arrives': ['stun'],
	'nothing arrives': [],
	'neither sound nor data arrives': ['stun', 'dtls setup'],
	'all arrives': ALL,
	'data arrives and no sound': ['stun', 'dtls setup', 'dtls data'],
	'sound arrives and no data': ['stun', 'dtls setup', 'sound'],
} as const satisfies Record<string, readonly PacketKind[]>;
const open = new Map<string, SilentCaller>();

function callerOf(name: keyof typeof callers): SilentCaller {
	const caller = open.get(name);
	if (!caller) throw new Error(name);
	return caller;
}

beforeAll(async () => {
	for (const [name, passes] of Object.entries(callers)) open.set(name, await SilentCaller.call(passes));
	// A page says twice a second what it has received.
	const page = setInterval(() => callerOf('data arrives and no sound').caller.asks(JSON.stringify({ type: 'received', packets: 1 })), 500);
	cleanups.push(() => clearInterval(page));
});

test('who falls silent in mid-call while ICE goes on is away, and the call waits for them', async () => {
	const { caller, network } = callerOf('all arrives');
	await caller.page.next('session.started');
	await sleep(2000);
	network.passesUp = ['stun'];
	await callerOf('all arrives').untilTold('link.lost');
	expect((await callerOf('all arrives').told()).types).not.toContain('session.ended');
});

test.each([
	['only STUN arrives', 'The caller could not be reached.'],
	['nothing arrives', 'The caller could not be reached.'],
	['neither sound nor data arrives', 'Nothing came from the caller any more.'],
] as const)('the call of a caller of whom %s is closed', async (name, reason) => {
	expect(await callerOf(name).untilTold('session.ended')).toBe(reason);
});

test('two places are held: by those of whom sound or data arrives', async () => {
	// They are no longer there than the others were.
	await sleep(5000);
	for (const name of ['data arrives and no sound', 'sound arrives and no data'] as const) {
		const { types } = await callerOf(name).told();
		expect(types).toContain('session.started');
		expect(types).not.toContain('link.lost');
		expect(types).not.toContain('session.ended');
	}
	expect((await calls.runtime.client.stats()).media.map(({ sessions }) => sessions)).toEqual([2]);
	expect((await calls.runtime.client.health()).sessions).toBe(3);
});
