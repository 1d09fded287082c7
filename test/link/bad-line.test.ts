// Guards against: an appointment that is booked as it was heard over a network that loses packets, or brings them too late, without
// a question.
import { setTimeout as sleep } from 'node:timers/promises';
import { replyAsk, type ReplyStep } from '../../runtime/contract/control';
import { speech } from '../media/speech';
import { DirectCaller, DirectCalls } from './direct-calls';
import { UdpProxy } from './udp-proxy';

jest.setTimeout(120_000);

const BOOK = {
	name: 'book_appointment',
	description: 'Books an appointment.',
	parameters: { type: 'object', properties: { title: { type: 'string' }, day: { type: 'string' }, time: { type: 'string' } }, required: ['title', 'day', 'time'] },
};
const HOURS = ['three', 'ten', 'nine'];
const LOSS = 0.3;

let calls: DirectCalls;

beforeAll(async () => (calls = await DirectCalls.start({}, { VOICE_LOOP_LOG: 'error' })));
afterAll(async () => await calls?.stop());

/** What the workflow's model answers to the first turn of this call that is no false start. */
async function answered(caller: DirectCaller): Promise<ReplyStep> {
	for (let n = 1; ; n++) {
		const { turnId, heard } = await caller.turn(n);
		const ask = replyAsk.parse({ executionId: turnId, node: 'Llama Chat', prompt: heard, tools: [BOOK], instructions: 'You book appointments.' });
		const step = await calls.runtime.client.reply(turnId, ask).catch(() => undefined);
		if (step) return step;
	}
}

/** Of 50 packets a second, less than a quarter is lost. */
const BURST_MS = 220;

async function without(network: UdpProxy, ms: number): Promise<void> {
	network.cut = 'up';
	await sleep(ms);
	network.cut = 'none';
}

test.each<[string, (network: UdpProxy, spokenMs: number) => void | Promise<void>]>([
	['half of the packets come too late, and none is lost', (network) => void (network.late = 0.5)],
	['the first syllable is lost', async (network) => await without(network, BURST_MS)],
	// Longer: on a busy machine it comes sooner or later than it is meant to.
	['the last syllable is lost', async (network, spokenMs) => await sleep(spokenMs - 1.5 * BURST_MS).then(async () => await without(network, 2 * BURST_MS))],
])('the caller is asked back where %s', async (_what, spoil) => {
	const network = await UdpProxy.open();
	const caller = await new DirectCaller(calls).call({
		agent: { chat: { model: 'pack:answer' } },
		offerOf: (sdp) => network.offerOf(sdp),
		answerOf: (sdp) => network.answerOf(sdp),
	});
	// Its figures are of what comes now.
	await sleep(1500);
	const said = speech('book a dentist appointment tomorrow at three p m');
	caller.says(said);
	await spoil(network, said.length / 16);
	expect(await answered(caller)).toMatchObject({ status: 'done', text: expect.stringMatching(/\?$/) as string });
	caller.hangUp();
	network.close();
});

test.each(['off', 'modelAndVoice'])('nothing is booked before the caller was asked whether it was heard right; turns begun early: %s', async (mode) => {
	for (const hour of HOURS) {
		const network = await UdpProxy.open();
		const caller = await new DirectCaller(calls).call({
			agent: { chat: { model: 'pack:answer' }, speculation: { mode } },
			offerOf: (sdp) => network.offerOf(sdp),
			answerOf: (sdp) => network.answerOf(sdp),
		});
		network.loss = LOSS;
		caller.says(speech(`book a dentist appointment tomorrow at ${hour} p m`));
		// Whatever was heard: the model asks for what is missing, or whether it was heard right.
		expect(await answered(caller)).toMatchObject({ status: 'done', text: expect.stringMatching(/\?$/) as string });
		expect((await caller.turn()).link).toMatchObject({ lostPercent: expect.any(Number) as number });
		caller.hangUp();
		network.close();
	}
});
