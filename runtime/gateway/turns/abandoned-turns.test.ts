// Guards against: a caller who waits for ever for a workflow that will not speak, and a turn given up that somebody works on.
import type { VoiceError } from '../../contract/errors';
import type { AgentUtterance } from './agent-utterance';
import { AbandonedTurns } from './abandoned-turns';
import { Turn, type TurnReply } from './turn';

const LIMIT_MS = 10_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function turnOf(n = 1): Turn {
	return new Turn(
		{ type: 'startTurn', n, text: 'hello', understood: true, recognised: true, confidence: 1, speechStartAt: 0, speechEndAt: 1, declaredAt: 2, reason: 'silence' } as never,
		[],
	);
}

function replyThat(waitsForTools: boolean, tellsOfTools = false): TurnReply {
	return { text: '', working: true, waitsForTools, tellsOfTools, idle: Promise.resolve(), interrupt: () => undefined, toolResults: async () => await Promise.reject(new Error('no tools')), lateToolResults: () => undefined, resultsToCome: false, tokens: 0, failed: false, isAskedAgain: () => false, answerTo: () => undefined, writing: undefined, again: async () => await Promise.reject(new Error('not asked again')) };
}

function watch() {
	const given: Array<[turn: Turn, error: VoiceError]> = [];
	return { given, abandoned: new AbandonedTurns(LIMIT_MS, (turn, error) => given.push([turn, error])) };
}

it('gives a turn up that no node took up, once', () => {
	const { given, abandoned } = watch();
	const turn = turnOf();
	abandoned.restart(turn);
	jest.advanceTimersByTime(LIMIT_MS - 1);
	expect(given).toEqual([]);
	jest.advanceTimersByTime(1);
	expect(given).toMatchObject([[{ id: turn.id }, { code: 'VOICE_ERR_TURN_ABANDONED', message: 'No node answered the turn.' }]]);
	jest.advanceTimersByTime(10 * LIMIT_MS);
	expect(given).toHaveLength(1);
});

it('says so where a workflow had taken it up', () => {
	const { given, abandoned } = watch();
	const turn = turnOf();
	turn.claim('e1');
	abandoned.restart(turn);
	jest.advanceTimersByTime(LIMIT_MS);
	expect(given).toMatchObject([[{}, { message: 'The workflow stopped before it spoke.' }]]);
});

it('counts anew from the last sign of life, and each turn for itself', () => {
	const { given, abandoned } = watch();
	const [first, second] = [turnOf(1), turnOf(2)];
	abandoned.restart(first);
	abandoned.restart(second);
	jest.advanceTimersByTime(LIMIT_MS - 1);
	abandoned.restart(first);
	jest.advanceTimersByTime(1);
	expect(given.map(([{ n }]) => n)).toEqual([2]);
	jest.advanceTimersByTime(LIMIT_MS - 1);
	expect(given.map(([{ n }]) => n)).toEqual([2, 1]);
});

it.each<[string, (turn: Turn) => void]>([
	['a node asks', (turn) => void turn.attend(async () => await new Promise(() => undefined))],
	['the agent speaks', (turn) => turn.speaksBy({ over: false } as AgentUtterance)],
	['it is over', (turn) => turn.end('interrupted')],
])('does not count while %s, and forgets what it has counted', (_when, happen) => {
	const { given, abandoned } = watch();
	const turn = turnOf();
	abandoned.restart(turn);
	happen(turn);
	abandoned.restart(turn);
	expect(jest.getTimerCount()).toBe(0);
	jest.advanceTimersByTime(10 * LIMIT_MS);
	expect(given).toEqual([]);
});

it('counts again when the node has been answered or the agent has spoken', async () => {
	const { given, abandoned } = watch();
	const turn = turnOf();
	const utterance = { over: false };
	turn.speaksBy(utterance as AgentUtterance);
	abandoned.restart(turn);
	await turn.attend(async () => undefined);
	utterance.over = true;
	abandoned.restart(turn);
	jest.advanceTimersByTime(LIMIT_MS);
	expect(given).toHaveLength(1);
});

it('waits for tools no longer than for anything else where their node says that they run, and shorter where its connection has ended', () => {
	const { given, abandoned } = watch();
	const [first, second] = [turnOf(1), turnOf(2)];
	for (const turn of [first, second]) {
		turn.claim('e1');
		turn.answerWith(replyThat(true, true));
	}
	abandoned.restart(first);
	abandoned.restart(second, { limitMs: 3000 });
	jest.advanceTimersByTime(3000);
	expect(given).toMatchObject([[{ n: 2 }, { code: 'VOICE_ERR_WORKFLOW_GONE', message: 'n8n stopped while it ran a tool. What the tool has done is not known.' }]]);
	jest.advanceTimersByTime(LIMIT_MS - 3000);
	expect(given.map(([{ n }]) => n)).toEqual([2, 1]);
});

it('waits ten minutes for the tools of a node that says nothing of them, which have limits of their own', () => {
	const { given, abandoned } = watch();
	const turn = turnOf();
	turn.answerWith(replyThat(true));
	abandoned.restart(turn);
	jest.advanceTimersByTime(599_999);
	expect(given).toEqual([]);
	jest.advanceTimersByTime(1);
	expect(given).toHaveLength(1);
	const other = turnOf(2);
	other.answerWith(replyThat(false));
	abandoned.restart(other);
	jest.advanceTimersByTime(LIMIT_MS);
	expect(given).toHaveLength(2);
});

it('stops when told, also where it does not count', () => {
	const { given, abandoned } = watch();
	const turn = turnOf();
	abandoned.stop(turn);
	abandoned.restart(turn);
	abandoned.stop(turn);
	expect(jest.getTimerCount()).toBe(0);
	jest.advanceTimersByTime(LIMIT_MS);
	expect(given).toEqual([]);
});
