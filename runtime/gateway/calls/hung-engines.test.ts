// Guards against: a caller who waits in silence for a model, a voice or a recogniser that lives but gives nothing.
import { CallScenario, settle } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('a model without a word fails the turn after the limit, is cancelled, and the apology is said; the next turn is answered', async () => {
	const scenario = await new CallScenario({ agent: { limits: { firstWordMs: 20_000 } } }).connected();
	const turn = await scenario.says('hello');
	const reply = scenario.asksReply(turn);
	await settle();
	const model = scenario.model();
	await jest.advanceTimersByTimeAsync(19_999);
	expect(turn.ended).toBeUndefined();
	await jest.advanceTimersByTimeAsync(1);
	await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_SLOW', message: 'The model gave no word within 20 s.', remedy: expect.stringMatching(/First Word Limit/) });
	expect(model.cancelled).toBe(true);
	scenario.nodeFails(turn, { code: 'VOICE_ERR_TOO_SLOW' });
	expect(turn.ended).toMatchObject({ kind: 'failed' });
	await settle();
	expect(scenario.inference.last('speak').of('piece')).toMatchObject([{ text: 'Sorry.' }]);
	await scenario.plays();
	const next = await scenario.says('are you there');
	const answer = scenario.asksReply(next);
	await settle();
	await scenario.writes('Yes.');
	await expect(answer).resolves.toMatchObject({ status: 'done', text: 'Yes.' });
});

it('a model that has begun may take its time, and so may a tool', async () => {
	const scenario = await new CallScenario().connected();
	const turn = await scenario.says('hello');
	const reply = scenario.asksReply(turn);
	await settle();
	await scenario.begins('Well. ');
	await jest.advanceTimersByTimeAsync(60_000);
	expect(turn.ended).toBeUndefined();
	await scenario.writes('');
	await expect(reply).resolves.toMatchObject({ status: 'done' });
	expect(scenario.model().cancelled).toBe(false);
});

it('a process that cannot be had counts as silence, too', async () => {
	const scenario = await new CallScenario({ agent: { limits: { firstWordMs: 5000 } } }).connected();
	const turn = await scenario.says('hello');
	scenario.inference.hold();
	const reply = scenario.asksReply(turn);
	await jest.advanceTimersByTimeAsync(5000);
	await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_SLOW' });
	scenario.inference.come();
	await settle();
	// A second try of the node is what speaks, not the first when its turn has come.
	expect(scenario.inference.of('chat')).toEqual([]);
});

it('a voice that makes no sound fails the turn after 30 s; one that rests because the caller has enough does not', async () => {
	const scenario = await new CallScenario({ voiceSpeaks: false }).connected();
	const turn = await scenario.says('hello');
	const reply = scenario.asksReply(turn);
	await settle();
	await scenario.writes('Good evening to you.');
	await reply;
	const voice = scenario.inference.last('speak');
	const speech = scenario.asksSpeech(turn, 'Good evening to you.');
	await jest.advanceTimersByTimeAsync(29_000);
	expect(turn.ended).toBeUndefined();
	await jest.advanceTimersByTimeAsync(1500);
	expect(voice.cancelled).toBe(true);
	await expect(speech).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_SLOW', message: 'The voice made no sound for 30 s.' });
	scenario.nodeFails(turn, { code: 'VOICE_ERR_TOO_SLOW' });
	expect(turn.ended).toMatchObject({ kind: 'failed' });
});

it('a recogniser that is asked again and gives no text fails the turn after a minute', async () => {
	const scenario = await new CallScenario().connected();
	const turn = await scenario.says('hello');
	const asking = scenario.call.api.asked(turn, 'e1', new AbortController().signal, async () =>
		await scenario.call.api.transcript(turn, { executionId: 'e1', node: 'Transcribe', settings: { model: 'other', fallbacks: [], language: 'de', hints: [] } }),
	);
	asking.catch(() => undefined);
	await jest.advanceTimersByTimeAsync(60_000);
	await expect(asking).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_SLOW' });
	expect(scenario.inference.last('transcribe').cancelled).toBe(true);
	scenario.nodeFails(turn, { code: 'VOICE_ERR_TOO_SLOW' });
	expect(turn.ended).toMatchObject({ kind: 'failed' });
});
