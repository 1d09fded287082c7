// Guards against: a call whose turns wait for the judge of their end, or that sends its sound to a judge who is not there again and again.
import { VoiceError } from '../../contract/errors';
import type { FakeCall } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import { CallScenario } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

type Asked = FakeCall<InferenceProtocol, 'turnEnd'>;

/** A call whose sound is judged by `judge`. */
async function judgedBy(judge: (asked: Asked) => void, agent = {}): Promise<CallScenario> {
	const call = new CallScenario({ agent });
	const others = call.inference.onCall;
	call.inference.onCall = (asked) => (asked.op === 'turnEnd' ? judge(asked) : others(asked));
	return await call.connected();
}

function endsOf(call: CallScenario): unknown[] {
	return call.dispatched.flatMap((event) => (event.event === 'turn' ? [event.endOfTurn] : []));
}

it('a turn says how likely its end was, and why it ended', async () => {
	const call = await judgedBy((asked) => asked.resolve({ probability: 0.98 }));
	await call.says('move my haircut to saturday');
	expect(endsOf(call)).toEqual([{ reason: 'complete: the sound says 98 %', silenceMs: 250, probability: 0.98 }]);
	expect(call.inference.last('turnEnd').params).toMatchObject({ model: 'auto' });
});

it('nobody waits for an answer that does not come', async () => {
	const call = await judgedBy(() => undefined);
	await call.says('move my haircut to saturday');
	expect(endsOf(call)).toEqual([{ reason: 'open: silence', silenceMs: 700 }]);
});

it('a model that is not there is asked for once a minute', async () => {
	const call = await judgedBy((asked) => asked.reject(new VoiceError('VOICE_ERR_MODEL_MISSING', 'Nothing here.')));
	for (const text of ['move my haircut', 'to saturday']) await call.says(text);
	expect(call.inference.of('turnEnd')).toHaveLength(1);
	expect(endsOf(call)).toMatchObject([{ silenceMs: 700 }, {}]);
	await call.silence(60_000);
	await call.says('at noon');
	expect(call.inference.of('turnEnd')).toHaveLength(2);
});

it('a judge who dies at a question is missed in this turn, and is asked again in the next', async () => {
	let asked = 0;
	const call = await judgedBy((question) => (++asked === 1 ? question.reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'Its thread is gone.')) : question.resolve({ probability: 0.98 })));
	for (const text of ['move my haircut', 'to saturday']) await call.says(text);
	expect(endsOf(call)).toMatchObject([{ silenceMs: 700 }, { probability: 0.98 }]);
	expect(endsOf(call)[0]).not.toHaveProperty('probability');
});

it('one who dies at each question is left alone for a minute', async () => {
	const call = await judgedBy((question) => question.reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'Its thread is gone.')));
	for (const text of ['one', 'two', 'three', 'four']) await call.says(text);
	expect(call.inference.of('turnEnd')).toHaveLength(2);
});

it('off is off', async () => {
	const call = await judgedBy((asked) => asked.resolve({ probability: 0.98 }), { turnTaking: { audioJudge: 'off' } });
	await call.says('move my haircut to saturday');
	expect(call.inference.of('turnEnd')).toEqual([]);
	expect(call.inference.last('warm').params).toMatchObject({ turnEnd: null });
});

it('what the tools of a reply need is waited for from the next turn on', async () => {
	const call = await judgedBy(() => undefined);
	const turn = await call.says('hello');
	const parameters = { type: 'object' as const, properties: { date: { type: 'string' as const }, time: { type: 'string' as const } }, required: ['date', 'time'] };
	const reply = call.asksReply(turn, { tools: [{ name: 'book_appointment', description: '', parameters, sayWhileRunning: '' }] });
	await call.silence(10);
	await call.writes('Hi.');
	await reply;
	await call.plays();
	await call.silence(1000);
	await call.says('schedule a meeting at two p m');
	expect(endsOf(call)[1]).toMatchObject({ reason: 'unfinished: book_appointment needs the day' });
});
