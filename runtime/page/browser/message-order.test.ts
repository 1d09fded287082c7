// Guards against: an event that is shown twice, out of order or not at all because it came over two ways, and a page that waits for ever for one that is lost.
import type { NumberedMessage } from '../../contract/signalling';
import { MessageOrder } from './message-order';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function message(seq: number): NumberedMessage {
	return { type: 'event', seq, event: { type: 'caption.partial', text: String(seq) } };
}
function order() {
	const shown: number[] = [];
	const all = new MessageOrder(({ seq }) => shown.push(seq));
	const take = (...seqs: number[]): void => seqs.forEach((seq) => all.take(message(seq)));
	return { all, shown, take };
}

test('each once and in order, however the ways mix', () => {
	const { all, shown, take } = order();
	take(1, 1, 3, 2, 5, 2, 4, 5, 1, 6);
	expect([shown, all.last]).toEqual([[1, 2, 3, 4, 5, 6], 6]);
	expect(jest.getTimerCount()).toBe(0);
});

test('what nobody brings is given up after two seconds, and what comes later is no news', () => {
	const { shown, take } = order();
	take(1, 4, 5);
	jest.advanceTimersByTime(1_000);
	// The same again, over the other way.
	take(4, 5);
	jest.advanceTimersByTime(999);
	expect(shown).toEqual([1]);
	jest.advanceTimersByTime(1);
	take(2, 3, 6);
	expect(shown).toEqual([1, 4, 5, 6]);
});

test('a call that is told anew begins above all that was told before', () => {
	const { all, shown, take } = order();
	take(1, 2, 9, 12);
	all.startAfter(10);
	take(11, 3, 10);
	all.startAfter(4);
	expect(shown).toEqual([1, 2, 11, 12]);
});
