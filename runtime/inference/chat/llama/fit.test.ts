// Guards against: a long call that fails, loses its instructions or its latest turn, or reads everything anew each turn.
import fc from 'fast-check';
import type { ChatMessage } from '../../../contract/chat';
import { fitMessages, splitTurns } from './fit';

function content(message: ChatMessage): number {
	return message.content.length + (message.role === 'assistant' ? JSON.stringify(message.toolCalls).length : 0);
}
function count(messages: readonly ChatMessage[]): number {
	return messages.reduce((sum, message) => sum + content(message) + 5, 0);
}

function user(text: string): ChatMessage {
	return { role: 'user', content: text };
}
function said(text: string): ChatMessage {
	return { role: 'assistant', content: text, toolCalls: [] };
}
function talk(turns: number): ChatMessage[] {
	return [
		{ role: 'system', content: 'Be brief.' },
		...Array.from({ length: turns }, (_, turn) => [user(`question ${turn}`), said(`answer ${turn}`)]).flat(),
		user('last'),
	];
}

describe('fitMessages', () => {
	it('leaves alone what fits', async () => {
		const messages = talk(3);
		expect(await fitMessages(messages, 10_000, count)).toBe(messages);
	});

	it('keeps the instructions and whole latest turns, whatever the lengths', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 100, max: 2000 }), async (turns, limit) => {
				const messages = talk(turns);
				const kept = await fitMessages(messages, limit, count);
				expect(count(kept)).toBeLessThanOrEqual(limit);
				expect(kept[0]).toEqual(messages[0]);
				expect(kept.slice(1)).toEqual(messages.slice(messages.length - kept.length + 1));
				expect(kept[1]?.role).toBe('user');
			}),
		);
	});

	it('drops in steps, so that most turns start as the one before', async () => {
		const starts = new Set<string>();
		for (let turns = 20; turns < 60; turns++) starts.add((await fitMessages(talk(turns), 500, count))[1]?.content ?? '');
		expect(starts.size).toBeLessThanOrEqual(12);
	});

	it('shortens a single turn that is too long: its words, or a tool\'s result', async () => {
		const toolCalls = [{ id: 'c', name: 'list', arguments: {}, result: { rows: 'x'.repeat(50_000) } }];
		const messages: ChatMessage[] = [user('y'.repeat(20_000)), { role: 'assistant', content: 'Let me see.', toolCalls }];
		const kept = await fitMessages(messages, 1000, count);
		expect(count(kept)).toBeLessThanOrEqual(1000);
		expect(kept.map(({ role }) => role)).toEqual(['user', 'assistant']);
	});

	it('takes from results before it takes from words, from the old ones first', async () => {
		const rows = Array.from({ length: 200 }, (_, id) => ({ id, name: `Customer ${id}` }));
		const asked = (turn: number): ChatMessage[] => [user(`question ${turn}`), { role: 'assistant', content: '', toolCalls: [{ id: `c${turn}`, name: 'list', arguments: {}, result: rows }] }, said(`answer ${turn}`)];
		const messages = [{ role: 'system' as const, content: 'Be brief.' }, ...asked(1), ...asked(2), ...asked(3).slice(0, 2)];
		const results = (kept: readonly ChatMessage[]) => kept.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ result }) => result as unknown[]) : []));
		const whole = count(messages);
		for (const limit of [whole - 1, 8000, 2500]) {
			const kept = await fitMessages(messages, limit, count);
			expect(count(kept)).toBeLessThanOrEqual(limit);
			expect(kept.map(({ content: words }) => words)).toEqual(messages.map(({ content: words }) => words));
			const [first, second, newest] = results(kept);
			expect(newest!.slice(0, 20)).toEqual(rows.slice(0, 20));
			for (const old of [first!, second!]) expect(old.slice(0, 2)).toEqual(rows.slice(0, 2));
			if (limit > 8000) expect(newest).toEqual(rows);
			else expect(second!.at(-1)).toMatch(/^and \d+ more$/);
		}
	});

	it('says so when tools alone are too long', async () => {
		await expect(fitMessages(talk(2), 100, (messages) => count(messages) + 1000)).rejects.toThrow(/tools/);
	});
});

describe('splitTurns', () => {
	it('takes a greeting before the first question for a turn', () => {
		const { head, turns } = splitTurns([{ role: 'system', content: 's' }, said('Hello.'), user('q'), said('a'), said('b')]);
		expect(head).toHaveLength(1);
		expect(turns.map(({ length }) => length)).toEqual([1, 3]);
	});
});
