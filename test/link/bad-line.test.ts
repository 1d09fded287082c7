// Guards against: an appointment that is booked as it was heard over a network that loses a third of all packets, without a question.
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
