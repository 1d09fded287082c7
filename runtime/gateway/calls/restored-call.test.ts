// Guards against: a conversation that is lost with the gateway's process: words of the caller, results of tools, what was heard
// of an answer, and a caller who is let in no more.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLog } from '../../lib/log';
import type { Journal, StoredCall } from '../journal/journal';
import { openJournal } from '../journal/sqlite-journal';
import { ABSENT_LIMIT_MS, CallScenario, PIECE_SAMPLES, settle, toolCallOf } from './call-scenario.fixture';

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

async function restored(): Promise<CallScenario> {
	const [stored] = killed();
	if (!stored) throw new Error('there is no such call');
	return new CallScenario({ journal, stored });
}

async function back(scenario: CallScenario): Promise<void> {
	await scenario.comesBack();
	scenario.join();
	await settle();
	for (const listen of scenario.inference.of('listen')) listen.emit({ type: 'ready', partials: true });
	await settle();
}

const words = (scenario: CallScenario): string[] => scenario.link().of('event').map(({ json }) => JSON.parse(json) as { type: string; text?: string }).flatMap(({ type, text }) => (['caption.final', 'reply.heard'].includes(type) && text ? [text] : []));

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
	expect(again.heard).toBe('You are free. All day.');
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
	expect(again.heard).toBe('It is booked.');
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
	expect(JSON.stringify(after.model().params.messages)).toContain('still running');
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
