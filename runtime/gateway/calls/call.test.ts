// Guards against: calls that outlive their end, links and places that nobody closes, and a second link that breaks what the first one carries.
import { toolSpec } from '../../contract/chat';
import { VoiceError } from '../../contract/errors';
import { CallScenario, settle } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const lost = new VoiceError('VOICE_ERR_MEDIA_LOST', 'The media process is gone.');

describe('the end of the first turn', () => {
	const tools = [{ name: 'book_appointment', parameters: { type: 'object', properties: { day: { type: 'string' }, time: { type: 'string' } }, required: ['day', 'time'] } }];

	it.each([
		['has all that the tools need which the workflow is known to offer', undefined, 'all that book_appointment needs'],
		['counts no tool that the caller\'s token does not allow', ['list_appointments'], 'silence'],
	])('%s', async (_what, allowed, cue) => {
		const permit = allowed && { caller: { id: 'c' }, tools: allowed };
		const scenario = await new CallScenario({ agent: { tools, turnTaking: { audioJudge: 'off' } }, ...(permit && { permit }) }).connected();
		const turn = await scenario.says('book it tomorrow at three p m and bring a friend');
		expect(turn.endOfTurn.reason).toContain(cue);
	});
});

describe('setting up', () => {
	it('answers the offer, warms the models, opens the recogniser and greets once', async () => {
		const scenario = await new CallScenario({ agent: { greeting: 'Hello.' } }).connected();
		expect(scenario.inference.of('warm')).toHaveLength(1);
		expect(scenario.inference.of('listen')).toHaveLength(1);
		expect(scenario.page('session.started')).toHaveLength(1);
		scenario.link().emit({ type: 'channelOpen' });
		await settle();
		expect(scenario.page('session.started')).toHaveLength(1);
		expect(scenario.page('reply.partial')).toEqual([{ type: 'reply.partial', text: 'Hello.' }]);
		expect(scenario.dispatched.map(({ event }) => event)).toEqual(['sessionStarted']);
	});

	it('has the model read what the trigger knows of the prompt, and as much of the conversation after a crash', async () => {
		const book = toolSpec.parse({ name: 'book', parameters: { type: 'object', properties: { day: { type: 'string', format: 'date' } }, required: ['day'] } });
		const promptStart = { instructions: 'Be brief.', tools: [book, { ...book, name: 'cancel_all' }] };
		const permit = { caller: { id: 'ann', name: 'Ann' }, tools: ['book'] };
		const scenario = await new CallScenario({ agent: { greeting: 'Hello.', promptStart }, permit }).connected();
		const prompt = () => scenario.inference.last('warm').params.prompt;
		expect(prompt()).toEqual({
			conversation: 's_0000000000000000',
			messages: [{ role: 'system', content: 'Be brief.' }, { role: 'assistant', content: 'Hello.', toolCalls: [] }],
			tools: [book],
		});
		await scenario.plays();
		const turn = await scenario.says('what is on');
		void scenario.asksReply(turn, { instructions: 'Be kind.' });
		await settle();
		await settle();
		scenario.call.warm();
		await settle();
		expect(prompt()).toMatchObject({ messages: [{ role: 'system', content: 'Be kind.' }, { role: 'assistant', content: 'Hello.' }, { role: 'user', content: 'what is on' }], tools: [] });
		expect((await new CallScenario().connected()).inference.last('warm').params.prompt).toBeNull();
	});

	it('ends where the offer is refused, and gives its place back', async () => {
		const scenario = new CallScenario();
		const answer = scenario.call.open('rubbish');
		answer.catch(() => undefined);
		await settle();
		scenario.link().reject(new VoiceError('VOICE_ERR_BAD_OFFER', 'The offer has no audio.'));
		await expect(answer).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_OFFER' });
		expect(scenario.ended).toMatchObject([{ code: 'VOICE_ERR_BAD_OFFER' }]);
		expect(scenario.places).toBe(0);
		expect(scenario.inference.of('listen')).toHaveLength(0);
	});

	it('ends where there is no media process to be had', async () => {
		const scenario = new CallScenario();
		scenario.media.refuse(lost);
		await expect(scenario.call.open('offer')).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		expect(scenario.ended).toMatchObject([{ code: 'VOICE_ERR_MEDIA_LOST' }]);
		expect(scenario.places).toBe(0);
	});

	it('closes a link whose answer does not come in time', async () => {
		const scenario = new CallScenario();
		const answer = scenario.call.open('offer');
		answer.catch(() => undefined);
		await scenario.silence(10_000);
		await expect(answer).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		expect(scenario.link().of('close').length).toBeGreaterThan(0);
		expect(scenario.ended).toHaveLength(1);
		expect(scenario.places).toBe(0);
	});

	it.each(['while it waits for a media process', 'while media answers the offer', 'in the moment of the answer'])('leaves nothing open that ends %s', async (when) => {
		const scenario = new CallScenario();
		if (when.includes('process')) scenario.media.die();
		const answer = scenario.call.open('offer');
		answer.catch(() => undefined);
		await settle();
		if (when.includes('moment')) scenario.link().emit({ type: 'answer', id: '', answer: 'answer' });
		scenario.call.end('the caller hung up');
		scenario.media.come();
		await settle();
		expect(scenario.media.of('session')).toHaveLength(when.includes('process') ? 0 : 1);
		if (scenario.media.of('session').length > 0) scenario.link().emit({ type: 'answer', id: '', answer: 'late' });
		await expect(answer).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
		await settle();
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.places).toBe(0);
		expect(scenario.media.calls.filter(({ open }) => open)).toEqual([]);
		expect(scenario.inference.of('listen')).toEqual([]);
	});
});

describe('the end', () => {
	it('comes once, with its first reason, whoever else ends it', async () => {
		const scenario = await new CallScenario().connected();
		scenario.call.end('idle');
		scenario.call.end('the runtime is shutting down');
		await settle();
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.page('session.ended')).toEqual([{ type: 'session.ended', reason: 'idle' }]);
		expect(scenario.dispatched.at(-1)).toMatchObject({ event: 'sessionEnded', reason: 'idle' });
		expect(scenario.inference.last('listen').of('close')).toHaveLength(1);
		expect(scenario.inference.of('forget')).toHaveLength(1);
		expect(scenario.places).toBe(0);
	});

	it('does not wait for a media process that hangs', async () => {
		const scenario = await new CallScenario().connected();
		scenario.link().onInput = () => undefined;
		scenario.call.end('idle');
		await scenario.silence(4999);
		expect(scenario.ended).toEqual([]);
		await scenario.silence(1);
		expect(scenario.ended).toEqual([undefined]);
	});

	it('follows a hang-up of the page, and its limits', async () => {
		const scenario = await new CallScenario({ agent: { limits: { idleTimeoutMs: 5000 } } }).connected();
		await scenario.silence(5001);
		expect(scenario.dispatched.at(-1)).toMatchObject({ event: 'sessionEnded', reason: 'idle' });
		const other = await new CallScenario().connected();
		other.link().emit({ type: 'request', json: '{"type":"hangup"}' });
		await settle();
		expect(other.dispatched.at(-1)).toMatchObject({ reason: 'the caller hung up' });
	});

	it('leaves no timer that keeps the process', async () => {
		const scenario = await new CallScenario({ agent: { greeting: 'Hello.' } }).connected();
		await scenario.says('what is on monday');
		scenario.call.end('idle');
		await settle();
		// The turns are remembered for late tool results.
		expect(jest.getTimerCount()).toBe(1);
		await scenario.silence(60_000);
		expect(jest.getTimerCount()).toBe(0);
		expect(scenario.forgotten).toEqual(scenario.started);
	});

	it('is that of one call where a fault of ours breaks its dialogue', async () => {
		const scenario = await new CallScenario().connected();
		scenario.onTurnStarted = () => {
			throw new Error('a fault');
		};
		await scenario.speaks('what is on monday');
		await scenario.silence(1500);
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.page('error').at(-1)?.error.code).toBe('VOICE_ERR_INTERNAL');
	});
});

describe('the media link', () => {
	it('that never carried a sound ends the call with its reason', async () => {
		const scenario = new CallScenario();
		const answer = scenario.call.open('offer');
		await settle();
		scenario.link().emit({ type: 'answer', id: '', answer: 'answer' });
		await answer;
		scenario.link().resolve({ reason: 'The caller could not be reached.' });
		await settle();
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.dispatched.at(-1)).toMatchObject({ reason: 'The caller could not be reached.' });
		expect(scenario.places).toBe(0);
	});

	it('can be replaced: the call goes on over the second one', async () => {
		const scenario = await new CallScenario().connected();
		const answer = scenario.call.connect('second offer');
		await settle();
		expect(scenario.link(0).open).toBe(true);
		scenario.link(1).emit({ type: 'answer', id: '', answer: 'second answer' });
		await expect(answer).resolves.toBe('second answer');
		await settle();
		expect(scenario.link(0).open).toBe(false);
		expect(scenario.ended).toEqual([]);
		expect(scenario.places).toBe(1);
		scenario.join();
		const turn = await scenario.says('what is on monday');
		expect(turn.text).toBe('what is on monday');
		expect(scenario.inference.of('listen')).toHaveLength(1);
		expect(scenario.page('session.started')).toMatchObject([{ sessionId: scenario.call.id }, { resumed: true }]);
	});

	it('keeps the first one when a second offer fails', async () => {
		const scenario = await new CallScenario().connected();
		const answer = scenario.call.connect('rubbish');
		answer.catch(() => undefined);
		await settle();
		scenario.link(1).reject(new VoiceError('VOICE_ERR_BAD_OFFER', 'The offer has no audio.'));
		await expect(answer).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_OFFER' });
		expect(scenario.ended).toEqual([]);
		expect(scenario.link(0).open).toBe(true);
		expect(scenario.places).toBe(1);
	});

	it('is not made where the call ends while a second one waits for a media process; its place is given back', async () => {
		const scenario = await new CallScenario().connected();
		scenario.link(0).onInput = () => undefined;
		scenario.media.hold();
		const answer = scenario.call.connect('second offer');
		answer.catch(() => undefined);
		await settle();
		scenario.call.end('idle');
		scenario.media.come();
		await expect(answer).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
		scenario.link(0).resolve({ reason: 'closed' });
		await settle();
		expect(scenario.media.of('session')).toHaveLength(1);
		expect(scenario.places).toBe(0);
		expect(scenario.ended).toEqual([undefined]);
	});

	it('does not listen to the one before', async () => {
		const scenario = await new CallScenario().connected();
		scenario.link(0).onInput = () => undefined;
		const answer = scenario.call.connect('second offer');
		await settle();
		scenario.link(1).emit({ type: 'answer', id: '', answer: 'second answer' });
		await answer;
		scenario.link(0).emit({ type: 'request', json: '{"type":"hangup"}' });
		scenario.link(0).resolve({ reason: 'The caller could not be reached.' });
		await settle();
		expect(scenario.ended).toEqual([]);
	});

	it('renegotiates, and refuses to before there is one', async () => {
		const scenario = new CallScenario();
		await expect(scenario.call.line.reoffer('again')).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
		await scenario.connected();
		const first = scenario.call.line.reoffer('again');
		const second = scenario.call.line.reoffer('and again');
		second.catch(() => undefined);
		await settle();
		const [{ id } = { id: '' }, other] = scenario.link().of('reoffer');
		scenario.link().emit({ type: 'reofferFailed', id: other?.id ?? '', message: 'no audio' }, { type: 'answer', id, answer: 'restarted' });
		await expect(first).resolves.toBe('restarted');
		await expect(second).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_OFFER' });
	});

	it('drops what is no request', async () => {
		const scenario = await new CallScenario().connected();
		for (const json of ['', '{', 'null', '{"type":"other"}', '[]']) scenario.link().emit({ type: 'request', json });
		await settle();
		expect(scenario.ended).toEqual([]);
	});
});

describe('the recogniser', () => {
	it('that comes back in time was never missed: nothing is told', async () => {
		const scenario = await new CallScenario().connected();
		scenario.inference.die();
		await scenario.silence(3000);
		scenario.inference.come();
		await settle();
		scenario.inference.last('listen').emit({ type: 'ready', partials: true });
		await scenario.silence(10_000);
		expect(scenario.inference.of('listen')).toHaveLength(2);
		expect(scenario.page('error')).toEqual([]);
		expect(scenario.page('recovered')).toEqual([]);
		expect(scenario.ended).toEqual([]);
	});

	it('that does not is shown on the page, once, and so is its return; the call goes on meanwhile', async () => {
		const scenario = await new CallScenario().connected();
		scenario.inference.die();
		await scenario.silence(6000);
		scenario.inference.come();
		await settle();
		scenario.inference.die();
		await scenario.silence(10_000);
		expect(scenario.page('error').map(({ error }) => error.code)).toEqual(['VOICE_ERR_INFERENCE_LOST']);
		scenario.inference.come();
		await settle();
		scenario.inference.last('listen').emit({ type: 'ready', partials: true });
		expect(scenario.page('recovered')).toEqual([{ type: 'recovered', code: 'VOICE_ERR_INFERENCE_LOST' }]);
		expect(scenario.ended).toEqual([]);
	});

	it('whose model cannot be loaded is shown at once', async () => {
		const scenario = await new CallScenario().connected();
		scenario.inference.last('listen').reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'The file is broken.'));
		await settle();
		expect(scenario.page('error').map(({ error }) => error.code)).toEqual(['VOICE_ERR_MODEL_FAILED']);
	});

	it('leaves no alarm behind that comes after the end', async () => {
		const scenario = await new CallScenario().connected();
		scenario.inference.die();
		await settle();
		scenario.call.end('idle');
		await settle();
		expect(jest.getTimerCount()).toBe(0);
	});
});

it('a new inference process is told to load the models', async () => {
	const scenario = await new CallScenario().connected();
	scenario.call.warm();
	await settle();
	expect(scenario.inference.of('warm')).toHaveLength(2);
});

describe('models that are still being loaded', () => {
	const half = [{ part: 'languageModel' as const, percent: 40 }];

	it('the page is told of them once its call has begun, and when they are there', async () => {
		const scenario = new CallScenario();
		scenario.modelsLoad = false;
		const answer = scenario.call.open('offer');
		await settle();
		const warm = scenario.inference.last('warm');
		warm.emit({ loading: half });
		scenario.link().emit({ type: 'answer', id: '', answer: 'answer' });
		await answer;
		expect(scenario.page('loading')).toEqual([]);
		scenario.join();
		await settle();
		expect(scenario.link().of('event').map(({ json }) => (JSON.parse(json) as { type: string }).type).filter((type) => type !== 'state')).toEqual(['session.started', 'loading']);
		warm.emit({ loading: [] });
		warm.resolve({});
		await settle();
		expect(scenario.page('loading')).toEqual([{ type: 'loading', models: half }, { type: 'loading', models: [] }]);
	});

	it('a page that comes back is told again, and that nothing is waited for once they have failed', async () => {
		const scenario = new CallScenario();
		scenario.modelsLoad = false;
		await scenario.connected();
		scenario.inference.last('warm').emit({ loading: half });
		await scenario.comesBack();
		expect(scenario.page('loading').at(-1)).toEqual({ type: 'loading', models: half });
		scenario.inference.last('warm').reject(new VoiceError('VOICE_ERR_MODEL_BROKEN', 'It is damaged.'));
		await settle();
		expect(scenario.page('loading').at(-1)).toEqual({ type: 'loading', models: [] });
	});

	it('says nothing where all is there at once', async () => {
		const scenario = await new CallScenario().connected();
		expect(scenario.page('loading')).toEqual([]);
	});
});
