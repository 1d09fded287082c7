// Guards against: a page that is told something twice under two numbers or misses what was told while it was away, and a call that fills the memory with captions.
import { MessageLog } from './message-log';

function caption(text: string) {
	return { type: 'caption.partial', text } as const;
}
function texts(log: MessageLog, after: number): string[] {
	return log.after(after).map((message) => (message.type === 'event' && message.event.type === 'caption.partial' ? message.event.text : message.type));
}

it('numbers all in one row from 1, whatever the kind', () => {
	const log = new MessageLog();
	expect([log.tell(caption('a')), log.tellCandidate({ candidate: '' }), log.tell(caption('b'))]).toEqual([1, 2, 3]);
	expect(texts(log, 0)).toEqual(['a', 'candidate', 'b']);
	expect(texts(log, 2)).toEqual(['b']);
	expect(texts(log, 3)).toEqual([]);
	expect(texts(log, 99)).toEqual([]);
});

it('goes on above what was told before a restart', () => {
	const log = new MessageLog(5000);
	expect([log.before, log.tell(caption('a')), log.before]).toEqual([5000, 5001, 5000]);
	expect(texts(log, 17)).toEqual(['a']);
});

it('keeps the newest 500 messages, and the newest million characters', () => {
	const log = new MessageLog();
	for (let i = 1; i <= 600; i++) log.tell(caption(String(i)));
	expect(log.after(0)).toHaveLength(500);
	expect(log.before).toBe(100);
	expect(texts(log, 598)).toEqual(['599', '600']);
	const long = new MessageLog();
	for (let i = 0; i < 100; i++) long.tell(caption('x'.repeat(100_000)));
	expect(long.after(0).length).toBeLessThanOrEqual(10);
	expect(long.after(99)).toHaveLength(1);
	long.tell(caption('y'.repeat(3_000_000)));
	expect(long.after(0)).toHaveLength(1);
});

it('knows what the page has by its acks, and believes none for what was never told', () => {
	const log = new MessageLog();
	for (const text of ['a', 'b', 'c']) log.tell(caption(text));
	log.acknowledge(2);
	log.acknowledge(1);
	log.acknowledge(1_000_000);
	expect(log.unacknowledged().map(({ seq }) => seq)).toEqual([3]);
	expect(log.waitingSince(0)).toBeDefined();
	expect(log.waitingSince(3)).toBeUndefined();
	log.acknowledge(3);
	expect(log.waitingSince(0)).toBeUndefined();
});

it('tells its listeners of every change until they leave, also those that leave meanwhile', () => {
	const log = new MessageLog();
	const seen: string[] = [];
	const stop = log.onChange(() => {
		seen.push('first');
		stop();
	});
	log.onChange(() => seen.push('second'));
	log.tell(caption('a'));
	log.end();
	expect(seen).toEqual(['first', 'second', 'second']);
	expect(log.ended).toBe(true);
});
