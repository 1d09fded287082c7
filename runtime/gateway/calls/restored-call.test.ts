// Guards against: a conversation that is lost with the gateway's process: words of the caller, results of tools, what was heard
// of an answer, and a caller who is let in no more.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLog } from '../../lib/log';
import type { Journal, StoredCall } from '../journal/journal';
import { openJournal } from '../journal/sqlite-journal';
import type { Turn } from '../turns/turn';
import { ABSENT_LIMIT_MS, CallScenario, PIECE_SAMPLES, settle, toolCallOf } from './call-scenario.fixture';

const GREETING = { greeting: 'Hello.' };
const BOOK = { name: 'book', description: 'Books it.', parameters: { type: 'object', properties: {} }, sayWhileRunning: '' };

let folder: string;
let journal: Journal;
const log = openLog('silent');

beforeEach(() => {
	jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-journal-'));
	journal = openJournal(path.join(folder, 'calls.sqlite'), log);
});
afterEach(() => {
	jest.useRealTimers();
	journal.close();
	rmSync(folder, { recursive: true, force: true });
});

/** The process is killed: nothing of it says goodbye. The next one reads what is on the disk. */
function killed(): StoredCall[] {
	journal.close();
	journal = openJournal(path.join(folder, 'calls.sqlite'), log);
	return journal.take();
}

async function begun(): Promise<CallScenario> {
	return await new CallScenario({ journal }).connected();
}

async function restored(agent: Record<string, unknown> = {}): Promise<CallScenario> {
	const [stored] = killed();
	if (!stored) throw new Error('there is no such call');
	return new CallScenario({ journal, stored, agent });
}

async function back(scenario: CallScenario): Promise<void> {
	await scenario.comesBack();
	scenario.join();
	await settle();
	for (const listen of scenario.inference.of('listen')) listen.emit({ type: 'ready', partials: true });
	await settle();
}

const words = (scenario: CallScenario): string[] => scenario.link().of('event').map(({ json }) => JSON.parse(json) as { type: string; text?: string }).flatMap(({ type, text }) => (['caption.final', 'reply.heard'].includes(type) && text ? [text] : []));

it('a caller in a narrow network is sent no more than before; their addresses are not on the disk', async () => {
	const before = await begun();
	before.link().emit({ type: 'sending', memory: { at: 1, waits: [60, 15, 15], shortestMs: 40, paths: ['203.0.113.7'] } });
	const scenario = await restored();
	await back(scenario);
	expect(scenario.link().params.sending).toEqual({ at: 1, waits: [60, 15, 15], shortestMs: 40, paths: [] });
});

it('a call comes back as it was: absent, with its history, its captions and its numbers', async () => {
	const before = await begun();
	const token = before.call.record.resumeToken ?? '';
	const turn = await before.says('what is on monday');
	const reply = before.asksReply(turn);
	await settle();
	await before.writes('You are free.');
	await reply;
	await before.plays();
	await before.silence(1000);
	const after = await restored();
	expect(after.call.absent).toBe(true);
	expect(after.call.record.opensWith(token)).toBe(true);
	expect(after.call.record.opensWith(`${token}x`)).toBe(false);
	await back(after);
	expect(words(after)).toEqual(['what is on monday', 'You are free.']);
	expect(after.page('session.started')).toMatchObject([{ resumed: true, sessionId: before.call.id }]);
	expect(after.dispatched).toEqual([]);
	const next = await after.says('and on tuesday');
	expect(next.n).toBe(2);
	void after.asksReply(next, {}, 'e2');
	await settle();
	expect(after.model().params.messages.map(({ content }) => content)).toEqual(expect.arrayContaining(['what is on monday', 'You are free.', 'and on tuesday']));
});

it('half a sentence of the caller is gone on with', async () => {
	const before = await begun();
	before.link().emit({ type: 'speechStarted', at: 64, speechAt: 0 });
	before.inference.last('listen').emit({ type: 'partial', text: 'what is on my' });
	await before.silence(300);
	const after = await restored();
	await after.silence(60_000);
	expect(after.started).toEqual([]);
	await back(after);
	expect((await after.says('calendar on monday')).text).toBe('what is on my calendar on monday');
});

it('what was being said goes on from what was heard, and the node that comes back hears its end', async () => {
	const before = await begun();
	const turn = await before.says('what is on monday');
	const reply = before.asksReply(turn);
	await settle();
	await before.writes('You are free. All day.');
	await reply;
	void before.asksSpeech(turn, 'You are free. All day.');
	await before.playsPart(PIECE_SAMPLES);
	const after = await restored();
	await settle();
	expect(after.inference.of('speak').flatMap((speak) => speak.of('piece').map(({ text }) => text))).toEqual(['All day.']);
	const again = after.turn(turn.id);
	const speech = after.asksSpeech(again, 'You are free. All day.');
	await settle();
	await back(after);
	await after.plays();
	expect(await speech).toMatchObject({ heard: 'You are free. All day.', interrupted: false });
	await after.silence(200);
	expect(again.ended?.kind).toBe('spoken');
	expect(again.speech.heard).toBe('You are free. All day.');
});

it('a finished result of a tool is not lost, and its tool is not run again', async () => {
	const before = await begun();
	const turn = await before.says('book it for monday');
	const reply = before.asksReply(turn, { tools: [BOOK] });
	await settle();
	await before.writes('', [toolCallOf('c1')]);
	await reply;
	void before.givesResults(turn, ['c1']);
	await settle();
	const after = await restored();
	const again = after.asksReply(after.turn(turn.id), { tools: [BOOK] });
	await settle();
	expect(after.model().params.messages.slice(1)).toMatchObject([{ content: 'book it for monday' }, { toolCalls: [{ id: 'c1', result: 'done' }] }]);
	await after.writes('It is booked.');
	expect(await again).toMatchObject({ status: 'done', text: 'It is booked.' });
});

it('results that are sent again, because the gateway died before it could answer, are taken once, and the model goes on', async () => {
	const before = await begun();
	const turn = await before.says('book it for monday');
	void before.asksReply(turn, { tools: [BOOK] });
	await settle();
	await before.writes('', [toolCallOf('c1')]);
	void before.givesResults(turn, ['c1']);
	await settle();
	const after = await restored();
	const step = after.givesResults(after.turn(turn.id), ['c1']);
	await settle();
	expect(after.model().params.messages.slice(1)).toMatchObject([{ content: 'book it for monday' }, { toolCalls: [{ id: 'c1', result: 'done' }] }]);
	await after.writes('It is booked.');
	expect(await step).toMatchObject({ status: 'done', text: 'It is booked.' });
});

it('a tool that ran while the gateway was away gives its result to the next one, and the model goes on', async () => {
	const before = await begun();
	const turn = await before.says('book it for monday');
	void before.asksReply(turn, { tools: [BOOK] });
	await settle();
	await before.writes('', [toolCallOf('c1')]);
	const after = await restored();
	const again = after.turn(turn.id);
	await expect(after.givesResults(again, ['c2'])).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	const step = after.givesResults(again, ['c1']);
	await settle();
	expect(after.model().params.messages.at(-1)).toMatchObject({ toolCalls: [{ id: 'c1', result: 'done' }] });
	await after.writes('It is booked.');
	expect(await step).toMatchObject({ status: 'done', text: 'It is booked.' });
	await back(after);
	await after.plays();
	expect(again.speech.heard).toBe('It is booked.');
});

it('a tool without a result is told as one that still runs', async () => {
	const before = await begun();
	const turn = await before.says('book it for monday');
	void before.asksReply(turn, { tools: [BOOK] });
	await settle();
	await before.writes('', [toolCallOf('c1')]);
	const after = await restored();
	void after.asksReply(after.turn(turn.id), { tools: [BOOK] });
	await settle();
	expect(JSON.stringify(after.model().params.messages)).toContain('not known yet');
});

describe('what a node asked, and was not answered before the gateway died', () => {
	const ASK = { tools: [BOOK], request: 'r1', run: 0, item: 0 };

	async function toolsAskedFor(): Promise<Turn> {
		const before = await begun();
		const turn = await before.says('book it for monday');
		void before.asksReply(turn, ASK);
		await settle();
		await before.writes('I will look.', [toolCallOf('c1')]);
		return turn;
	}

	it('tool calls are given out again as they were: the node has run none of them', async () => {
		const turn = await toolsAskedFor();
		const after = await restored();
		expect(await after.asksReply(after.turn(turn.id), ASK)).toEqual({ status: 'toolCalls', calls: [toolCallOf('c1')] });
		expect(after.inference.of('chat')).toEqual([]);
		const step = after.givesResults(after.turn(turn.id), ['c1']);
		await settle();
		await after.writes('It is booked.');
		expect(await step).toMatchObject({ status: 'done', text: 'I will look. It is booked.', tools: [{ call: { id: 'c1' }, result: { result: 'done' } }] });
	});

	it('another try of the node does not start them again: it may have', async () => {
		const turn = await toolsAskedFor();
		const after = await restored();
		const again = after.asksReply(after.turn(turn.id), { ...ASK, request: 'r2' });
		await settle();
		expect(after.model().params.messages.at(-1)).toMatchObject({ toolCalls: [{ id: 'c1', result: { status: 'not known yet' } }] });
		await after.writes('I do not know yet.');
		expect(await again).toMatchObject({ status: 'done', text: expect.stringContaining('I do not know yet.') });
		after.givesLateResult(after.turn(turn.id), 'c1');
		after.givesLateResult(after.turn(turn.id), 'c1');
		expect(after.page('tool.finished')).toEqual([]);
		expect(after.call.record.history.hasToolResult('c1')).toBe(true);
	});

	it('a late result is taken once, though the gateway dies before it can say so', async () => {
		const turn = await toolsAskedFor();
		const between = await restored();
		void between.stillRun(between.turn(turn.id), ['c1']);
		await settle();
		between.givesLateResult(between.turn(turn.id), 'c1');
		const after = await restored();
		after.givesLateResult(after.turn(turn.id), 'c1');
		expect(after.call.record.history.messages().at(-1)).toMatchObject({ toolCalls: [{ id: 'c1', result: 'done at last' }] });
	});

	it('a second round of tool calls, too', async () => {
		const turn = await toolsAskedFor();
		const between = await restored();
		void between.givesResults(between.turn(turn.id), ['c1'], 'e1', 'r2');
		await settle();
		await between.writes('', [toolCallOf('c2')]);
		const after = await restored();
		expect(await after.givesResults(after.turn(turn.id), ['c1'], 'e1', 'r2')).toEqual({ status: 'toolCalls', calls: [toolCallOf('c2')] });
		expect(after.inference.of('chat')).toEqual([]);
	});

	it('a reply that was written is given again, and said once', async () => {
		const before = await begun();
		const turn = await before.says('what is on monday');
		void before.asksReply(turn, ASK);
		await settle();
		await before.writes('You are free. All day.');
		await before.playsPart(PIECE_SAMPLES);
		const after = await restored();
		const again = after.turn(turn.id);
		expect(await after.asksReply(again, ASK)).toMatchObject({ status: 'done', text: 'You are free. All day.' });
		expect(await after.asksReply(again, { ...ASK, request: 'another try' })).toMatchObject({ status: 'done', text: 'You are free. All day.' });
		expect(after.inference.of('chat')).toEqual([]);
		const speech = after.asksSpeech(again, 'You are free. All day.');
		await back(after);
		await after.plays();
		expect(await speech).toMatchObject({ heard: 'You are free. All day.', interrupted: false });
		expect(after.inference.of('speak').flatMap((speak) => speak.of('piece').map(({ text }) => text))).toEqual(['All day.']);
	});

	it('a reply of which the beginning was heard goes on behind it', async () => {
		const before = await begun();
		const turn = await before.says('what is on monday');
		void before.asksReply(turn, ASK);
		await settle();
		await before.begins('You are free. The whole');
		await before.playsPart(PIECE_SAMPLES);
		const after = await restored();
		const again = after.asksReply(after.turn(turn.id), ASK);
		await settle();
		expect(after.model().params.messages.slice(1)).toMatchObject([{ content: 'what is on monday' }, { role: 'assistant', content: 'You are free.' }]);
		await after.writes('All day.');
		expect(await again).toMatchObject({ status: 'done', text: 'You are free. All day.' });
		const speech = after.asksSpeech(after.turn(turn.id), 'You are free. All day.');
		await back(after);
		await after.plays();
		expect(await speech).toMatchObject({ heard: 'You are free. All day.' });
		expect(after.inference.of('speak').flatMap((speak) => speak.of('piece').map(({ text }) => text))).toEqual(['All day.']);
		await after.silence(200);
		expect(after.turn(turn.id).speech.heard).toBe('You are free. All day.');
	});

	it('a speech that was heard to its end is not said again', async () => {
		const before = await begun();
		const turn = await before.says('what is on monday');
		void before.asksSpeech(turn, 'You are free.', { request: 's1' });
		await before.plays();
		const after = await restored();
		const speech = after.asksSpeech(after.turn(turn.id), 'You are free.', { request: 's1' });
		await settle();
		expect(await speech).toMatchObject({ heard: 'You are free.', interrupted: false });
		expect(after.inference.of('speak')).toEqual([]);
		await after.silence(200);
		expect(after.turn(turn.id).ended?.kind).toBe('spoken');
	});

	it('and is no failure where its node had been answered and nobody comes', async () => {
		const before = await begun();
		const turn = await before.says('what is on monday');
		void before.asksSpeech(turn, 'You are free.', { request: 's1' });
		await before.plays();
		const after = await restored();
		await after.silence(60_000);
		expect(after.turn(turn.id).ended).toEqual({ kind: 'spoken' });
		expect(after.page('error')).toEqual([]);
	});

	it('the same again, while the first is worked on, waits for the same answer', async () => {
		const scenario = await begun();
		const turn = await scenario.says('book it for monday');
		const asked = [scenario.asksReply(turn, ASK), scenario.asksReply(turn, ASK)];
		await settle();
		expect(scenario.inference.of('chat')).toHaveLength(1);
		await scenario.writes('', [toolCallOf('c1')]);
		expect(await Promise.all([...asked, scenario.asksReply(turn, ASK)])).toEqual(Array.from({ length: 3 }, () => ({ status: 'toolCalls', calls: [toolCallOf('c1')] })));
	});

	it('a tool that takes longer than an abandoned turn is still waited for', async () => {
		const turn = await toolsAskedFor();
		const after = await restored();
		await after.silence(120_000);
		expect(after.turn(turn.id).ended).toBeUndefined();
		const step = after.givesResults(after.turn(turn.id), ['c1']);
		await settle();
		await after.writes('It is booked.');
		expect(await step).toMatchObject({ status: 'done' });
	});

	it('what was being said while the tools run is said to its end', async () => {
		await toolsAskedFor();
		const after = await restored();
		await settle();
		expect(after.inference.of('speak').flatMap((speak) => speak.of('piece').map(({ text }) => text))).toEqual(['I will look.']);
	});
});

describe('a gateway that dies twice', () => {
	it('goes on from where the first one was', async () => {
		const before = await begun();
		const turn = await before.says('what is on monday');
		void before.asksReply(turn, { request: 'r1' });
		await settle();
		await before.begins('You are free. The whole');
		await before.playsPart(PIECE_SAMPLES);
		await restored();
		const after = await restored();
		void after.asksReply(after.turn(turn.id), { request: 'r1' });
		await settle();
		expect(after.model().params.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'You are free.' });
	});

	it('does not make an absent caller\'s call wait longer', async () => {
		await begun();
		await restored();
		jest.setSystemTime(Date.now() + ABSENT_LIMIT_MS - 1000);
		const after = await restored();
		await after.silence(1001);
		expect(after.ended).toHaveLength(1);
	});
});

it('a turn that n8n has not taken is handed over again, one that it has taken is not', async () => {
	const before = await begun();
	before.dispatch = async () => await new Promise(() => undefined);
	const turn = await before.says('what is on monday');
	const after = await restored();
	await settle();
	expect(after.dispatched).toMatchObject([{ event: 'turn', turnId: turn.id, heard: 'what is on monday' }]);
	expect((await restored()).dispatched).toEqual([]);
});

it('a turn that was declared, and of which no more was written, is not lost', async () => {
	const before = await begun();
	await before.says('what is on monday');
	const [stored] = killed();
	if (!stored) throw new Error('there is no such call');
	const after = new CallScenario({ journal, stored: { ...stored, turns: [] } });
	await settle();
	expect(after.dispatched).toMatchObject([{ event: 'turn', turn: 1, heard: 'what is on monday' }]);
});

it('of an answer that was interrupted as the gateway died, the history holds what was heard', async () => {
	const before = await begun();
	const turn = await before.says('what is on monday');
	void before.asksReply(turn);
	await settle();
	await before.writes('You are free. All day.');
	await before.playsPart(PIECE_SAMPLES);
	before.link().onInput = () => undefined;
	before.call.line.ask({ type: 'interrupt' });
	const after = await restored();
	await settle();
	expect(after.turn(turn.id).ended?.kind).toBe('interrupted');
	expect(after.inference.of('speak')).toEqual([]);
	expect(after.call.record.history.messages()).toMatchObject([{ content: 'what is on monday' }, { content: 'You are free.' }]);
});

it('a greeting that was not heard to its end is said again, and only then', async () => {
	const before = await new CallScenario({ journal, agent: GREETING }).connected();
	const after = await restored(GREETING);
	await back(after);
	expect(after.utterances()).toHaveLength(1);
	expect(after.dispatched).toEqual([]);
	await after.plays();
	await settle();
	const later = await restored(GREETING);
	await back(later);
	expect(later.utterances()).toEqual([]);
	expect(later.call.record.history.messages()).toMatchObject([{ content: 'Hello.' }]);
	expect(before.call.id).toBe(later.call.id);
});

it('who was never connected is greeted when they come, and is not waited for for long', async () => {
	const before = new CallScenario({ journal, agent: GREETING });
	void before.call.open('offer');
	await settle();
	before.link().emit({ type: 'answer', id: '', answer: 'answer' });
	await settle();
	const after = await restored(GREETING);
	await back(after);
	expect(after.page('session.started').at(-1)).toMatchObject({ greets: true });
	expect(after.utterances()).toHaveLength(1);
	const [stored] = killed();
	if (!stored) throw new Error('there is no such call');
	const never = new CallScenario({ journal, stored: { ...stored, inputs: [] } });
	await never.silence(61_000);
	expect(never.ended).toHaveLength(1);
});

it('the sound of a turn that nobody has recognised is kept until it is answered', async () => {
	const before = await new CallScenario({ journal, agent: { transcribe: null } }).connected();
	before.link().emit({ type: 'speechStarted', at: 64, speechAt: 0 }, { type: 'audio', at: 64, pcm: Int16Array.from({ length: 1600 }, (_, index) => index) });
	await before.silence(500);
	before.link().emit({ type: 'speechStopped', at: 500, speechEndAt: 400 });
	await before.silence(3000);
	const turn = before.turn(before.started.at(-1) ?? '');
	const after = await restored();
	expect(Array.from(after.turn(turn.id).audio[0] ?? []).slice(0, 3)).toEqual([0, 1, 2]);
	void after.asksSpeech(after.turn(turn.id), 'You are free.');
	await back(after);
	await after.plays();
	await after.silence(1000);
	const [stored] = killed();
	expect(stored?.turns[0]).toMatchObject({ ended: 'spoken', settled: true, sound: undefined });
});

it('a gateway that is stopped leaves its calls to the next one, and tells nobody that they ended', async () => {
	const before = await begun();
	const turn = await before.says('what is on monday');
	void before.asksReply(turn, { request: 'r1' });
	await settle();
	await before.begins('You are free. The whole');
	await before.playsPart(PIECE_SAMPLES);
	journal.close();
	before.call.suspend();
	await before.silence(60_000);
	expect(before.page('session.ended')).toEqual([]);
	expect(before.dispatched.map(({ event }) => event)).not.toContain('sessionEnded');
	const after = await restored();
	expect(after.turn(turn.id).ended).toBeUndefined();
	void after.asksReply(after.turn(turn.id), { request: 'r1' });
	await settle();
	expect(after.model().params.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'You are free.' });
});

it('another execution does not get a turn that was claimed', async () => {
	const before = await begun();
	const turn = await before.says('what is on monday');
	void before.asksReply(turn);
	await settle();
	const after = await restored();
	await expect(after.asksReply(after.turn(turn.id), {}, 'e2')).rejects.toMatchObject({ code: 'VOICE_ERR_TURN_CLAIMED' });
});

it('a turn that nobody works on any more fails as any other does, and the caller hears of it', async () => {
	const before = await begun();
	await before.says('what is on monday');
	const after = await restored();
	await after.silence(60_000);
	expect(after.call.api.find(before.started[0] ?? '')?.ended?.kind).toBe('failed');
	await back(after);
	expect(after.utterances()).toHaveLength(1);
	expect((await after.says('are you there')).n).toBe(2);
});

it('waits no longer than a call in memory does: the time without a process counts', async () => {
	await begun();
	const [stored] = killed();
	if (!stored) throw new Error('there is no such call');
	const after = new CallScenario({ journal, stored: { ...stored, lastAt: Date.now() - ABSENT_LIMIT_MS + 1000 } });
	await after.silence(999);
	expect(after.ended).toEqual([]);
	await after.silence(1);
	expect(after.dispatched.at(-1)).toMatchObject({ event: 'sessionEnded', reason: 'the caller did not come back' });
	expect(killed()).toEqual([]);
});

it('is forgotten at once when it ends, and was never anybody else\'s to read', async () => {
	const scenario = await begun();
	await scenario.says('what is on monday');
	for (const name of ['calls.sqlite', 'calls.sqlite-wal']) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
	scenario.call.end('idle');
	await settle();
	expect(killed()).toEqual([]);
});

it('a second runtime that wants the same file keeps its calls in memory, and takes none of the first one\'s', async () => {
	await begun();
	const second = openJournal(path.join(folder, 'calls.sqlite'), log);
	expect(second.take()).toEqual([]);
	second.close();
	expect(killed()).toHaveLength(1);
});

it('a file that is no journal is no reason not to start', () => {
	expect(openJournal('/dev/null/no/such/calls.sqlite', log).take()).toEqual([]);
});
