// Guards against: a stage that does not say for which call it works, so that `auto` could be another model in it, and names
// of models on the page of somebody whom they do not concern.
import { CallScenario, settle } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

it('every question of a call names it, with who hears and who answers', async () => {
	const chat = { model: 'llama' };
	const scenario = await new CallScenario({ agent: { greeting: 'Hello.', transcribe: { model: 'zipformer' }, chat, llamaChat: true } }).connected();
	await scenario.plays();
	const turn = await scenario.says('what is on monday');
	const reply = scenario.asksReply(turn);
	await settle();
	await scenario.writes('Nothing.');
	await reply;
	const again = { executionId: 'e1', node: 'Transcribe', settings: { model: 'other', fallbacks: [], language: 'en', hints: [] } };
	void scenario.call.api.asked(turn, 'e1', new AbortController().signal, async () => await scenario.call.api.transcript(turn, again)).catch(() => undefined);
	await settle();
	const asked = scenario.inference.calls.map(({ op, params }) => ({ op, call: (params as { call?: unknown }).call }));
	const call = { id: 's_0000000000000000', transcribe: { model: 'zipformer' }, chat, llamaChat: true };
	for (const op of ['warm', 'describe', 'listen', 'speak', 'chat', 'transcribe']) {
		expect(asked.filter((each) => each.op === op)).not.toEqual([]);
	}
	for (const each of asked) expect(each.call).toMatchObject(call);
});

describe('the note below the captions', () => {
	const described = { demo: 'Appointments only.', models: 'Llama answers.' };

	it.each([
		[false, 'Appointments only.'],
		[true, 'Appointments only.\nLlama answers.'],
	])('names the models only where the trigger says so (%s)', async (modelsNote, note) => {
		const scenario = new CallScenario({ agent: { modelsNote } });
		const answer = scenario.call.open('offer');
		await settle();
		scenario.inference.last('describe').resolve(described);
		await settle();
		scenario.link().emit({ type: 'answer', id: '', answer: 'answer' });
		await answer;
		scenario.join();
		await settle();
		expect(scenario.page('session.started')).toMatchObject([{ note }]);
		expect(scenario.page('note')).toEqual([]);
	});

	it('comes later where it is not known yet, and not at all where it says nothing', async () => {
		const late = await new CallScenario().connected();
		late.inference.last('describe').resolve(described);
		await settle();
		expect(late.page('session.started')).toMatchObject([{ note: '' }]);
		expect(late.page('note')).toEqual([{ type: 'note', text: 'Appointments only.' }]);
		const silent = await new CallScenario().connected();
		silent.inference.last('describe').resolve({ demo: '', models: 'Llama answers.' });
		await settle();
		expect(silent.page('note')).toEqual([]);
	});
});
