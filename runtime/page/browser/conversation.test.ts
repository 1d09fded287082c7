// Guards against: captions that double, vanish, stay unsettled or show words the caller never heard, whatever order events come in.
import fc from 'fast-check';
import type { PageEvent } from '../../contract/page-events';
import type { ConversationLine } from './conversation';
import { PageConversation } from './conversation';

const turnA = 't_aaaaaaaaaaaaaaaaaaaa';
const turnB = 't_bbbbbbbbbbbbbbbbbbbb';

function after(...events: PageEvent[]): PageConversation {
	const conversation = new PageConversation();
	for (const event of events) conversation.take(event);
	return conversation;
}

function lines({ entries }: PageConversation): ConversationLine[] {
	return entries.filter((entry): entry is ConversationLine => entry.kind === 'line');
}
function words(conversation: PageConversation): string[] {
	return lines(conversation).map(({ text }) => text);
}

test('partials become one line, which settles', () => {
	const conversation = after({ type: 'caption.partial', text: 'book' }, { type: 'caption.partial', text: 'book a' });
	expect(words(conversation)).toEqual(['book a']);
	const [{ key } = { key: '' }] = lines(conversation);
	conversation.take({ type: 'caption.final', turnId: turnA, text: 'book a table', understood: true });
	expect(lines(conversation)).toMatchObject([{ key, text: 'book a table', settled: true, turnId: turnA }]);
});

test('a partial that nothing follows goes away when the agent goes on', () => {
	expect(words(after({ type: 'caption.partial', text: 'uh' }, { type: 'state', state: 'speaking' }))).toEqual([]);
	expect(words(after({ type: 'caption.partial', text: 'uh' }, { type: 'caption.partial', text: '' }))).toEqual([]);
});

test('what the caller was saying when the connection was lost is kept, and marked, unless it becomes a turn after all', () => {
	const cut = after({ type: 'caption.partial', text: 'book a' });
	cut.connectionLost();
	cut.take({ type: 'state', state: 'listening' });
	expect(lines(cut)).toMatchObject([{ text: 'book a', lost: true, settled: true }]);
	cut.take({ type: 'caption.partial', text: 'hello' });
	cut.take({ type: 'state', state: 'listening' });
	expect(words(cut)).toEqual(['book a']);

	const whole = after({ type: 'caption.partial', text: 'book a' });
	whole.connectionLost();
	whole.take({ type: 'caption.final', turnId: turnA, text: 'book a table', understood: true });
	expect(lines(whole)).toMatchObject([{ text: 'book a table', lost: false, settled: true }]);

	const ended = after({ type: 'caption.partial', text: 'book a' });
	ended.connectionLost();
	ended.close();
	expect(lines(ended)).toMatchObject([{ text: 'book a', lost: true, settled: true }]);
});

test('over another connection, what was cut stands below what is told again; where it has become a turn, once', () => {
	const first: PageEvent = { type: 'caption.final', turnId: turnA, text: 'hello', understood: true };
	const second: PageEvent = { type: 'caption.final', turnId: turnB, text: 'book a table', understood: true };
	const before = after(first, { type: 'caption.partial', text: 'book a' });
	expect(words(before.again())).toEqual([]);
	before.connectionLost();
	const lost = before.again();
	lost.take(first);
	lost.take({ type: 'state', state: 'listening' });
	lost.take({ type: 'state', state: 'listening' });
	expect(lines(lost)).toMatchObject([{ text: 'hello', lost: false }, { text: 'book a', lost: true, settled: true }]);
	const turned = before.again();
	for (const event of [first, second, { type: 'state', state: 'thinking' } as const]) turned.take(event);
	expect(words(turned)).toEqual(['hello', 'book a table']);
});

test('what the caller says over the agent stands below it', () => {
	const conversation = after(
		{ type: 'caption.partial', text: 'uh' },
		{ type: 'reply.partial', turnId: turnA, text: 'On Monday' },
		{ type: 'caption.partial', text: 'uh wait' },
	);
	expect(words(conversation)).toEqual(['On Monday', 'uh wait']);
});

test('an interrupted reply keeps apart what was heard and what was not', () => {
	const conversation = after(
		{ type: 'reply.partial', turnId: turnA, text: 'On Monday and on Tuesday.' },
		{ type: 'reply.heard', turnId: turnA, text: 'On Monday', interrupted: true },
	);
	expect(lines(conversation)).toMatchObject([{ text: 'On Monday', unheard: ' and on Tuesday.', interrupted: true, settled: true }]);
});

test('a reply that a later node adds to goes on in its line, and settles once more', () => {
	const conversation = after(
		{ type: 'reply.partial', turnId: turnA, text: 'On Monday.' },
		{ type: 'reply.heard', turnId: turnA, text: 'On Monday.', interrupted: false },
		{ type: 'reply.partial', turnId: turnA, text: 'On Monday. Good bye.' },
		{ type: 'reply.heard', turnId: turnA, text: 'On Monday. Good bye.', interrupted: false },
	);
	expect(lines(conversation)).toMatchObject([{ text: 'On Monday. Good bye.', unheard: '', settled: true, interrupted: false }]);
});

test('words that were still on their way at the interruption do not bring the reply back', () => {
	const conversation = after(
		{ type: 'reply.partial', turnId: turnA, text: 'On Monday and' },
		{ type: 'reply.heard', turnId: turnA, text: 'On', interrupted: true },
		{ type: 'reply.partial', turnId: turnA, text: 'On Monday and' },
	);
	expect(lines(conversation)).toMatchObject([{ text: 'On', settled: true }]);
});

test('a greeting and later words of the agent\'s own accord are lines of their own', () => {
	const conversation = after(
		{ type: 'reply.partial', text: 'Hello.' },
		{ type: 'reply.heard', text: 'Hello.', interrupted: false },
		{ type: 'reply.partial', text: 'Are you still there?' },
	);
	expect(lines(conversation)).toMatchObject([
		{ text: 'Hello.', settled: true },
		{ text: 'Are you still there?', settled: false },
	]);
});

test('a tool belongs to its turn, and its end finds it', () => {
	const conversation = after(
		{ type: 'tool.started', turnId: turnA, id: '1', name: 'list', arguments: {} },
		{ type: 'tool.started', turnId: turnB, id: '1', name: 'book', arguments: { day: 'monday' } },
		{ type: 'tool.finished', turnId: turnB, id: '1', name: 'book', ok: false, durationMs: 12 },
	);
	expect(conversation.entries).toMatchObject([
		{ name: 'list', status: 'running' },
		{ name: 'book', status: 'failed', durationMs: 12 },
	]);
});

test('whatever comes in whatever order, at most one line is being spoken, keys are unique, and an ended call is settled', () => {
	const text = fc.constantFrom('', 'one', 'one two', 'one two three', 'four');
	const turnId = fc.constantFrom(turnA, turnB);
	const event: fc.Arbitrary<PageEvent> = fc.oneof(
		fc.record({ type: fc.constant('caption.partial' as const), text }),
		fc.record({ type: fc.constant('caption.final' as const), turnId, text, understood: fc.boolean() }),
		fc.record({ type: fc.constant('reply.partial' as const), turnId, text }),
		fc.record({ type: fc.constant('reply.partial' as const), text }),
		fc.record({ type: fc.constant('reply.heard' as const), turnId, text, interrupted: fc.boolean() }),
		fc.record({ type: fc.constant('state' as const), state: fc.constantFrom('listening' as const, 'speaking' as const, 'hearing' as const) }),
		fc.record({ type: fc.constant('turn.finished' as const), turnId, timings: fc.constant({ e2e_latency: 1 }) }),
	);
	fc.assert(
		fc.property(fc.array(event, { maxLength: 40 }), (events) => {
			const conversation = after(...events);
			const open = lines(conversation).filter(({ role, settled }) => role === 'caller' && !settled);
			expect(open.length).toBeLessThanOrEqual(1);
			expect(new Set(conversation.entries.map(({ key }) => key)).size).toBe(conversation.entries.length);
			const finals = events.filter(({ type }) => type === 'caption.final').length;
			conversation.close();
			expect(lines(conversation).filter(({ role }) => role === 'caller')).toHaveLength(finals);
			expect(lines(conversation).every(({ settled }) => settled)).toBe(true);
		}),
	);
});
