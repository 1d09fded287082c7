// Guards against: a turn that was begun early and is heard, shown, remembered or acted on before it is certain; one that leaves a trace
// where the caller goes on; one that is answered twice, or not at all.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { transcribeSettings } from '../../contract/agent-settings';
import { type Transcript, transcriptAsk } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { monotonicClock } from '../../lib/clock';
import { openLog } from '../../lib/log';
import type { Journal } from '../journal/journal';
import { openJournal } from '../journal/sqlite-journal';
import type { Turn } from '../turns/turn';
import { CallScenario, type CallScenarioOptions, settle, toolCallOf } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const BOOK = { name: 'book', description: '', parameters: { type: 'object' }, sayWhileRunning: '' };
const SUPERSEDED = { code: 'VOICE_ERR_TURN_SUPERSEDED' };

async function call(mode: 'off' | 'workflow' | 'model' | 'modelAndVoice' = 'modelAndVoice', options: CallScenarioOptions = {}): Promise<CallScenario> {
	return await new CallScenario({ ...options, agent: { speculation: { mode, inPauses: mode.startsWith('model') }, ...options.agent } }).connected();
}

/** The caller has said it 200 ms ago, and nobody knows yet whether that was all. */
async function begunEarly(scenario: CallScenario, text = 'book a dentist'): Promise<Turn> {
	await scenario.speaks(text);
	return newest(scenario);
}

function newest(scenario: CallScenario): Turn {
	return scenario.turn(scenario.started.at(-1) ?? '');
}

function sentToMedia(scenario: CallScenario): number {
	return scenario.link().of('utterance').length + scenario.link().of('play').length;
}

/** All that the page was told of turns. */
function shown(scenario: CallScenario): string[] {
	return scenario.told().flatMap((event) => (/^(?:caption\.final|reply\.|tool\.|turn\.|error)/.test(event.type) ? [event.type] : []));
}

function asksTranscript(scenario: CallScenario, turn: Turn, language = 'en'): Promise<Transcript> {
	const ask = transcriptAsk.parse({ executionId: 'e1', node: 'Transcribe', settings: transcribeSettings.parse({ language }) });
	return scenario.call.api.asked(turn, 'e1', new AbortController().signal, async () => await scenario.call.api.transcript(turn, ask));
}

/** What the model was given of the conversation. */
function given(scenario: CallScenario): unknown[] {
	return scenario.model().params.messages.slice(1).map(({ role, content }) => [role, content]);
}

describe('in a short pause', () => {
	/** Speech of 400 ms, its pause, and in it the text so far. */
	async function pauses(scenario: CallScenario, text: string): Promise<string[]> {
		const asked: string[] = [];
		const link = scenario.link();
		const listen = scenario.inference.of('listen').at(-1);
		const began = monotonicClock.now();
		link.emit({ type: 'speechStarted', at: began + 64, speechAt: began });
		if (listen) {
			listen.onInput = (input) => {
				if (input.type !== 'flush' && input.type !== 'soFar') return;
				asked.push(input.type);
				listen.emit({ type: input.type === 'flush' ? 'final' : 'soFar', id: input.id, text, understood: true, confidence: 0.9, engine: 'pack:listen', replaced: [] });
			};
		}
		await jest.advanceTimersByTimeAsync(496);
		link.emit({ type: 'speechPaused', at: monotonicClock.now(), speechEndAt: began + 400 });
		await settle();
		return asked;
	}

	it('begins, and is the turn when the final text says the same', async () => {
		const scenario = await call();
		const asked = await pauses(scenario, 'book a dentist');
		const turn = newest(scenario);
		expect(scenario.dispatched.at(-1)).toMatchObject({ heard: 'book a dentist', speculation: { early: true, began: 1 } });
		expect((await asksTranscript(scenario, turn)).engine).toBe('pack:listen');
		await scenario.silence(104);
		scenario.link().emit({ type: 'speechStopped', at: monotonicClock.now(), speechEndAt: monotonicClock.now() - 200 });
		await scenario.silence(1500);
		expect(asked).toEqual(['soFar', 'flush']);
		expect(turn.certainty.isCertain).toBe(true);
		expect(scenario.started).toHaveLength(1);
	});

	it('asks nobody where an execution is all that begins early', async () => {
		for (const mode of ['off', 'workflow'] as const) {
			const scenario = await call(mode);
			expect(await pauses(scenario, 'book a dentist')).toEqual([]);
			expect(scenario.started).toEqual([]);
		}
	});
});

describe('before the node asks', () => {
	const ASK = { instructions: 'Be brief.' };

	/** One turn was answered, and the next one is begun. */
	async function secondTurn(scenario: CallScenario, mode = 'modelAndVoice'): Promise<Turn> {
		const first = await scenario.says('hello');
		const reply = scenario.asksReply(first, ASK);
		await settle();
		await scenario.writes('Good morning to you.');
		if (mode === 'modelAndVoice') await scenario.plays();
		await reply;
		expect(scenario.inference.of('chat')).toHaveLength(1);
		return await begunEarly(scenario);
	}

	it('the model is asked what the node will ask, once', async () => {
		const scenario = await call();
		const turn = await secondTurn(scenario);
		expect(scenario.inference.of('chat')).toHaveLength(2);
		expect(given(scenario).at(-1)).toEqual(['user', 'book a dentist']);
		await scenario.begins('Which day ');
		const reply = scenario.asksReply(turn, ASK, 'e2');
		await settle();
		await scenario.writes('suits you?');
		await scenario.silence(1500);
		await scenario.plays();
		expect(await reply).toMatchObject({ status: 'done', text: 'Which day suits you?' });
		expect(scenario.inference.of('chat')).toHaveLength(2);
	});

	it('it is taken, too, by a node that asks when the turn has ended', async () => {
		const scenario = await call();
		const turn = await secondTurn(scenario);
		await scenario.begins('Which day ');
		await scenario.silence(1500);
		expect(turn.certainty.isCertain).toBe(true);
		void scenario.asksReply(turn, ASK, 'e2');
		await settle();
		expect(scenario.inference.of('chat')).toHaveLength(2);
		expect(scenario.page('reply.partial').at(-1)).toMatchObject({ turnId: turn.id, text: expect.stringMatching(/^Which day/) });
	});

	it('what another node asks is asked for anew, and no later turn is asked ahead', async () => {
		const scenario = await call();
		const turn = await secondTurn(scenario);
		const ahead = scenario.model();
		ahead.emit({ type: 'text', text: 'Which day?' });
		const reply = scenario.asksReply(turn, { instructions: 'It is noon.' }, 'e2');
		await settle();
		expect([ahead.cancelled, scenario.inference.of('chat').length]).toEqual([true, 3]);
		await scenario.writes('Tomorrow?');
		await scenario.silence(1500);
		await scenario.plays();
		expect(await reply).toMatchObject({ text: 'Tomorrow?' });
		await begunEarly(scenario, 'yes');
		expect(scenario.inference.of('chat')).toHaveLength(3);
	});

	it('stops where the caller goes on, and counts among what was thrown away', async () => {
		const scenario = await call();
		await secondTurn(scenario);
		const ahead = scenario.model();
		ahead.emit({ type: 'text', text: 'Which ' }, { type: 'text', text: 'day' });
		await begunEarly(scenario, 'book a dentist tomorrow');
		expect(ahead.cancelled).toBe(true);
		expect(scenario.dispatched.at(-1)).toMatchObject({ heard: 'book a dentist tomorrow', speculation: { began: 2, superseded: 1, tokensThrownAway: 2 } });
	});

	it('what has failed meanwhile is tried again', async () => {
		const scenario = await call();
		const turn = await secondTurn(scenario);
		scenario.model().reject(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'It died.'));
		await settle();
		void scenario.asksReply(turn, ASK, 'e2');
		await settle();
		expect(scenario.inference.of('chat')).toHaveLength(3);
	});

	it('no model is asked where only the workflow may begin, nor after the call', async () => {
		const scenario = await call('workflow');
		await secondTurn(scenario);
		expect(scenario.inference.of('chat')).toHaveLength(1);
		const other = await call();
		await secondTurn(other);
		other.call.end('gone');
		other.link().resolve({ reason: 'closed' });
		await settle();
		expect(other.model().cancelled).toBe(true);
	});
});

describe('while it is not certain that the turn has ended', () => {
	it('text, words and sound are made, and held', async () => {
		const scenario = await call();
		const turn = await begunEarly(scenario);
		expect(scenario.dispatched.at(-1)).toMatchObject({ event: 'turn', turnId: turn.id, heard: 'book a dentist', speculation: { mode: 'modelAndVoice', early: true, began: 1, superseded: 0, tokensThrownAway: 0 } });
		expect((await asksTranscript(scenario, turn)).text).toBe('book a dentist');
		const reply = scenario.asksReply(turn);
		await settle();
		expect(given(scenario)).toEqual([['user', 'book a dentist']]);
		await scenario.begins('Which day suits you? Or');
		expect(scenario.inference.of('speak')).toHaveLength(1);
		expect([sentToMedia(scenario), shown(scenario)]).toEqual([0, []]);

		await scenario.silence(500);
		expect(turn.certainty.isCertain).toBe(true);
		expect(scenario.page('caption.final')).toMatchObject([{ turnId: turn.id, text: 'book a dentist' }]);
		expect(scenario.page('reply.partial').at(-1)).toMatchObject({ text: 'Which day suits you? Or' });
		expect(sentToMedia(scenario)).toBeGreaterThan(1);
		await scenario.writes(' which week?');
		expect(await reply).toMatchObject({ status: 'done', text: 'Which day suits you? Or which week?' });
		await scenario.plays();
		expect(scenario.page('reply.heard')).toMatchObject([{ turnId: turn.id, text: 'Which day suits you? Or which week?', interrupted: false }]);
		expect(scenario.dispatched.filter(({ event }) => event === 'turn')).toHaveLength(1);
		expect(scenario.inference.of('speak')).toHaveLength(1);
	});

	it('nothing is made of its sound where only the model may begin', async () => {
		const scenario = await call('model');
		const turn = await begunEarly(scenario);
		void scenario.asksReply(turn);
		await settle();
		await scenario.begins('Which day suits you? Or');
		expect(scenario.inference.of('speak')).toHaveLength(0);
		await scenario.silence(500);
		expect(scenario.inference.of('speak')).toHaveLength(1);
		expect(sentToMedia(scenario)).toBeGreaterThan(1);
	});

	it.each([
		['its first sound', 'modelAndVoice', async (scenario: CallScenario) => await scenario.begins('Which day suits you? Or')],
		['words for the voice, where that may not begin', 'model', async (scenario: CallScenario) => await scenario.begins('Which day suits you? Or')],
		['a reply of one sentence', 'modelAndVoice', async (scenario: CallScenario) => await scenario.writes('Which day suits you?')],
		['a reply that has no end', 'modelAndVoice', async (scenario: CallScenario) => await scenario.writes('Which day')],
		['a reply of marks', 'modelAndVoice', async (scenario: CallScenario) => await scenario.writes('...')],
		['a tool', 'modelAndVoice', async (scenario: CallScenario) => await scenario.writes('', [toolCallOf('a')])],
		['an error', 'modelAndVoice', async (scenario: CallScenario) => {
			scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.'));
			await settle();
		}],
	] as const)('the end of the turn waits for %s, and for nothing else', async (_, mode, comes) => {
		const scenario = await call(mode);
		const turn = await begunEarly(scenario);
		scenario.asksReply(turn, { tools: [BOOK] }).catch(() => undefined);
		await settle();
		await scenario.silence(1000);
		expect(turn.certainty.isCertain).toBe(false);
		await comes(scenario);
		expect(turn.certainty.isCertain).toBe(true);
	});

	it('nothing is asked of the model where only the workflow may begin, and it is asked in the moment of the end', async () => {
		const scenario = await call('workflow');
		const turn = await begunEarly(scenario);
		expect((await asksTranscript(scenario, turn)).text).toBe('book a dentist');
		void scenario.asksReply(turn);
		await settle();
		expect(scenario.inference.of('chat')).toHaveLength(0);
		await scenario.silence(499);
		const before = scenario.inference.of('chat').length;
		await scenario.silence(1);
		expect([before, scenario.inference.of('chat').length]).toEqual([0, 1]);
		expect(given(scenario)).toEqual([['user', 'book a dentist']]);
		await scenario.writes('On which day?');
		await scenario.plays();
		expect(turn.timings).toMatchObject({ workflow_delay: 0, nodes_delay: 0 });
		expect(scenario.dispatched.filter(({ event }) => event === 'turn')).toHaveLength(1);
	});

	it('nor is it asked of a model where the caller goes on', async () => {
		const scenario = await call('workflow');
		const early = await begunEarly(scenario);
		const reply = scenario.asksReply(early);
		reply.catch(() => undefined);
		const turn = await scenario.says('book a dentist tomorrow');
		await expect(reply).rejects.toMatchObject(SUPERSEDED);
		expect([turn.text, scenario.inference.of('chat').length]).toEqual(['book a dentist tomorrow', 0]);
		void scenario.asksReply(turn, {}, 'e2');
		await settle();
		expect(given(scenario)).toEqual([['user', 'book a dentist tomorrow']]);
	});

	it('its nodes get no answer that they could act on', async () => {
		const scenario = await call();
		const turn = await begunEarly(scenario);
		let answered = '';
		void scenario.asksReply(turn, { tools: [BOOK] }).then(({ status }) => (answered = status));
		await settle();
		await scenario.writes('', [toolCallOf('a')]);
		expect([answered, shown(scenario)]).toEqual(['', []]);
		await scenario.silence(500);
		expect(answered).toBe('toolCalls');
		expect(scenario.page('tool.started')).toHaveLength(1);
	});

	it('neither a text of the workflow is spoken, nor its sound recognised again', async () => {
		const scenario = await call();
		const turn = await begunEarly(scenario);
		void scenario.asksSpeech(turn, 'Hello.');
		const again = asksTranscript(scenario, turn, 'de');
		await settle();
		expect([scenario.inference.of('speak').length, scenario.inference.of('transcribe').length]).toEqual([0, 0]);
		await scenario.silence(500);
		expect([scenario.inference.of('speak').length, scenario.inference.of('transcribe').length]).toEqual([1, 1]);
		scenario.inference.last('transcribe').resolve({ text: 'x', understood: true, confidence: 1, engine: 'e', replaced: [] } as never);
		await again;
	});

	it('says in the end why the turn ended, and how much of the work nobody waited for', async () => {
		const scenario = await call();
		const turn = await begunEarly(scenario);
		void scenario.asksReply(turn);
		await settle();
		await scenario.begins('Which day suits you? Or');
		await scenario.silence(500);
		await scenario.writes(' when?');
		const speech = scenario.asksSpeech(turn, 'Which day suits you? Or when?');
		await scenario.plays();
		const { timings, endOfTurn } = await speech;
		expect(endOfTurn).toMatchObject({ silenceMs: 700, reason: 'open: silence' });
		expect(timings).toMatchObject({ early_start: 500, eou_delay: 700, workflow_delay: 0, ttft: 0, ttfb: 0, response_delay: 0, e2e_latency: 700 });
	});
});

describe('where the caller goes on', () => {
	it('everything of it stops, no trace is left, and one turn has all of the words', async () => {
		const scenario = await call();
		const early = await begunEarly(scenario);
		const reply = scenario.asksReply(early);
		await settle();
		const first = scenario.model();
		await scenario.begins('Which day suits you? Or');
		await scenario.speaks('book a dentist for tomorrow');
		await expect(reply).rejects.toMatchObject(SUPERSEDED);
		expect(first.cancelled).toBe(true);
		expect(scenario.inference.of('speak')[0]?.cancelled).toBe(true);
		await scenario.silence(1500);
		const turn = newest(scenario);
		expect([turn.n, turn.text, turn.certainty.isCertain]).toEqual([1, 'book a dentist for tomorrow', true]);
		const second = scenario.asksReply(turn, {}, 'e2');
		await settle();
		expect(given(scenario)).toEqual([['user', 'book a dentist for tomorrow']]);
		await scenario.writes('At what time?');
		await second;
		await scenario.plays();
		expect(scenario.page('caption.final').map(({ text }) => text)).toEqual(['book a dentist for tomorrow']);
		expect(scenario.page('reply.heard').map(({ text }) => text)).toEqual(['At what time?']);
		expect(scenario.page('error')).toEqual([]);
		expect(scenario.dispatched.at(-1)).toMatchObject({ speculation: { began: 2, superseded: 1, tokensThrownAway: 1 } });
		const next = await begunEarly(scenario, 'at noon');
		expect(scenario.dispatched.at(-1)).toMatchObject({ turn: 2, speculation: { began: 1, superseded: 0, tokensThrownAway: 0 } });
		void scenario.asksReply(next, {}, 'e3');
		await settle();
		expect(given(scenario)).toEqual([['user', 'book a dentist for tomorrow'], ['assistant', 'At what time?'], ['user', 'at noon']]);
	});

	it('a tool that the model asked for never reaches the node', async () => {
		const scenario = await call();
		const early = await begunEarly(scenario);
		const reply = scenario.asksReply(early, { tools: [BOOK] });
		await settle();
		await scenario.writes('One moment.', [toolCallOf('a')]);
		await scenario.speaks('book a dentist for tomorrow');
		await expect(reply).rejects.toMatchObject(SUPERSEDED);
		expect([sentToMedia(scenario), shown(scenario)]).toEqual([0, []]);
	});

	it('whatever its nodes ask afterwards, the answer is the same', async () => {
		const scenario = await call();
		const early = await begunEarly(scenario);
		await scenario.speaks('book a dentist for tomorrow');
		await expect(scenario.asksReply(early)).rejects.toMatchObject(SUPERSEDED);
		await expect(scenario.asksSpeech(early, 'Hello.')).rejects.toMatchObject(SUPERSEDED);
		await expect(asksTranscript(scenario, early)).rejects.toMatchObject(SUPERSEDED);
		scenario.nodeFails(early);
		await scenario.silence(300);
		expect([sentToMedia(scenario), scenario.page('error')]).toEqual([0, []]);
	});

	it('a model that failed has failed for nobody', async () => {
		const scenario = await call();
		const early = await begunEarly(scenario);
		const reply = scenario.asksReply(early);
		await settle();
		scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.'));
		await settle();
		await scenario.speaks('book a dentist for tomorrow');
		await expect(reply).rejects.toMatchObject(SUPERSEDED);
	});
});

it('a workflow that fails by itself while the end waits for it alone fails the turn, which does not begin a second time', async () => {
	const scenario = await call();
	const turn = await begunEarly(scenario);
	await scenario.silence(800);
	expect(turn.certainty.isCertain).toBe(false);
	scenario.nodeFails(turn);
	await scenario.silence(5000);
	expect(turn.ended).toMatchObject({ kind: 'failed' });
	expect(scenario.started).toEqual([turn.id]);
	expect(scenario.page('error')).toHaveLength(1);
});

it('a model that fails early fails the turn when that is certain, as ever', async () => {
	const scenario = await call();
	const turn = await begunEarly(scenario);
	let failed = '';
	scenario.asksReply(turn).catch(({ code }: VoiceError) => (failed = code));
	await settle();
	scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.'));
	await settle();
	expect(failed).toBe('');
	await scenario.silence(500);
	expect(failed).toBe('VOICE_ERR_MODEL_FAILED');
	scenario.nodeFails(turn);
	await settle();
	expect(scenario.page('error')).toMatchObject([{ error: { code: 'VOICE_ERR_MODEL_FAILED' } }]);
});

it.each([
	['its execution is stopped', async (scenario: CallScenario, turn: Turn): Promise<void> => {
		const gone = new AbortController();
		void scenario.asksReply(turn, {}, 'e1', gone);
		await settle();
		gone.abort();
	}],
	['n8n unpublishes the workflow', async (scenario: CallScenario): Promise<void> => scenario.call.workflowGone('w')],
])('where %s, the turn begins anew when it is certain', async (_, happens) => {
	const scenario = await call();
	const early = await begunEarly(scenario);
	await happens(scenario, early);
	await scenario.silence(500);
	const turn = newest(scenario);
	expect(turn.id).not.toBe(early.id);
	expect(turn).toMatchObject({ n: 1, text: 'book a dentist', ended: undefined });
	expect(scenario.page('error')).toEqual([]);
});

it('where n8n does not take it, it is offered again when it is certain', async () => {
	const scenario = await call();
	scenario.dispatch = async () => await Promise.reject(new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'It is not there.'));
	const early = await begunEarly(scenario);
	expect(early.certainty.isSuperseded).toBe(true);
	scenario.dispatch = async () => undefined;
	await scenario.silence(500);
	expect(newest(scenario)).toMatchObject({ n: 1, ended: undefined });
	expect(scenario.page('error')).toEqual([]);
});

it('a caller who hangs up leaves nothing that is waited for', async () => {
	const scenario = await call();
	const early = await begunEarly(scenario);
	const reply = scenario.asksReply(early);
	await settle();
	scenario.call.end('hung up');
	await settle();
	await expect(reply).rejects.toMatchObject(SUPERSEDED);
	await scenario.silence(61_000);
	expect(scenario.forgotten).toEqual([early.id]);
});

describe('a process that dies', () => {
	let folder: string;
	let journal: Journal;
	const open = (): Journal => openJournal(path.join(folder, 'calls.sqlite'), openLog('silent'));
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-early-'));
		journal = open();
	});
	afterEach(() => {
		journal.close();
		rmSync(folder, { recursive: true, force: true });
	});
	async function restored(): Promise<CallScenario> {
		journal.close();
		journal = open();
		const [stored] = journal.take();
		if (!stored) throw new Error('there is no such call');
		const scenario = new CallScenario({ journal, stored, agent: { speculation: { mode: 'modelAndVoice' } } });
		await scenario.comesBack();
		scenario.join();
		await settle();
		for (const listen of scenario.inference.of('listen')) listen.emit({ type: 'ready', partials: true });
		await settle();
		return scenario;
	}

	it('before it is certain: the nodes are told so, and the text is answered anew', async () => {
		const before = await call('modelAndVoice', { journal });
		const early = await begunEarly(before);
		void before.asksReply(early);
		await settle();
		await before.writes('Which day suits you?');
		const after = await restored();
		const same = after.turn(early.id);
		await expect(after.asksReply(same)).rejects.toMatchObject(SUPERSEDED);
		await after.silence(3000);
		const turns = after.dispatched.filter(({ event }) => event === 'turn');
		expect(turns.at(-1)).toMatchObject({ turn: 1, heard: 'book a dentist' });
		const turn = newest(after);
		expect(turn.id).not.toBe(early.id);
		void after.asksReply(turn, {}, 'e2');
		await settle();
		expect(given(after)).toEqual([['user', 'book a dentist']]);
	});

	it('after it: the turn goes on as every other', async () => {
		const before = await call('modelAndVoice', { journal });
		const turn = await begunEarly(before);
		void before.asksReply(turn, { request: 'r1' });
		await settle();
		await before.writes('Which day suits you?');
		await before.silence(1500);
		const after = await restored();
		expect(after.turn(turn.id).certainty.isCertain).toBe(true);
		expect(await after.asksReply(after.turn(turn.id), { request: 'r1' })).toMatchObject({ status: 'done', text: 'Which day suits you?' });
		expect(after.dispatched.filter(({ event }) => event === 'turn')).toEqual([]);
	});
});

/** What happens in a call, in any order. */
const happening = fc.constantFrom('goes on', 'goes on', 'breathes', 'short silence', 'short silence', 'end of turn', 'asks', 'asks', 'words', 'words', 'done', 'tool', 'result', 'plays', 'fails', 'gone');

it('whatever happens in whatever order: nothing is heard, shown or done early, and each turn is answered once', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 24 }), fc.constantFrom('workflow' as const, 'model' as const, 'modelAndVoice' as const), async (happenings, mode) => {
			const scenario = await call(mode);
			const ran: string[] = [];
			let said = '';
			let tools = 0;
			let gone = new AbortController();
			const asked = new Set<string>();
			const outcomes = new Map<string, string>();
			const openTurn = (): Turn | undefined => scenario.started.flatMap((id) => scenario.call.api.find(id) ?? []).find(({ certainty }) => !certainty.isCertain && !certainty.isSuperseded);
			const ask = async (): Promise<void> => {
				const turn = newest(scenario);
				if (asked.has(turn.id)) return;
				asked.add(turn.id);
				gone = new AbortController();
				scenario.asksReply(turn, { tools: [BOOK] }, turn.id, gone).then(
					(step) => {
						expect(turn.certainty.isCertain).toBe(true);
						outcomes.set(turn.id, step.status);
						if (step.status === 'toolCalls') ran.push(...step.calls.map(({ id }) => id));
					},
					({ code }: VoiceError) => {
						outcomes.set(turn.id, code);
						if (turn.certainty.isSuperseded) expect(code).toBe('VOICE_ERR_TURN_SUPERSEDED');
					},
				);
				await settle();
			};
			const writing = (): boolean => scenario.inference.of('chat').at(-1)?.open === true && scenario.inference.of('chat').at(-1)?.cancelled === false;
			for (const what of ['goes on', ...happenings] as const) {
				const before = { sent: sentToMedia(scenario), shown: shown(scenario).length, open: openTurn() };
				if (what === 'goes on') {
					said = said === '' ? 'book' : `${said} more`;
					await scenario.speaks(said);
				} else if (what === 'breathes') await scenario.speaks(said);
				else if (what === 'short silence') await scenario.silence(150);
				else if (what === 'end of turn') await scenario.silence(1500);
				else if (what === 'asks' && scenario.started.length > 0) await ask();
				else if (what === 'words' && writing()) await scenario.begins('Yes of course. ');
				else if (what === 'done' && writing()) await scenario.writes('That is all.');
				else if (what === 'tool' && writing()) await scenario.writes('', [toolCallOf(`t${++tools}`)]);
				else if (what === 'result' && ran.length > 0) void scenario.givesResults(newest(scenario), [ran.at(-1) ?? ''], newest(scenario).id).catch(() => undefined);
				else if (what === 'plays' && scenario.utterances().some((id) => !scenario.over.has(id))) await scenario.plays();
				else if (what === 'fails' && writing()) scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'It broke.'));
				else if (what === 'gone') gone.abort();
				await settle();
				if (scenario.started.length > 0 && newest(scenario).certainty.isCertain && newest(scenario).text === said) said = '';
				// As long as nobody knows whether the turn has ended, nothing of it is heard or shown.
				if (before.open !== undefined && before.open === openTurn()) expect([sentToMedia(scenario), shown(scenario).length]).toEqual([before.sent, before.shown]);
			}
			await scenario.silence(3000);
			scenario.call.end('over');
			await scenario.silence(1000);
			expect(openTurn()).toBe(undefined);
			// Each turn that counted was handed to n8n once, and no caption stands for one that did not.
			const ids = scenario.dispatched.flatMap((event) => (event.event === 'turn' ? [event.turnId] : []));
			expect(new Set(ids).size).toBe(ids.length);
			const certain = new Set(scenario.page('caption.final').map(({ turnId }) => turnId));
			for (const id of certain) expect(scenario.call.api.find(id)?.certainty.isCertain ?? true).toBe(true);
			expect(new Set(ran).size).toBe(ran.length);
			for (const { turnId } of [...scenario.page('reply.heard'), ...scenario.page('tool.started')]) expect(certain.has(turnId ?? '')).toBe(true);
		}),
		{ numRuns: 60 },
	);
}, 120_000);

it('nothing is begun early where it is switched off', async () => {
	const scenario = await call('off');
	await scenario.speaks('book a dentist');
	expect(scenario.started).toEqual([]);
	await scenario.silence(500);
	expect(scenario.dispatched.at(-1)).not.toHaveProperty('speculation');
	expect(newest(scenario).early).toBe(false);
});

it('a workflow that cannot be begun early says why in its data', async () => {
	const scenario = await call('off', { agent: { speculation: { mode: 'off', note: 'Another node is in the way.' } } });
	await scenario.says('book a dentist');
	expect(scenario.dispatched.at(-1)).toMatchObject({ speculation: { mode: 'off', early: false, note: 'Another node is in the way.', began: 0 } });
});
