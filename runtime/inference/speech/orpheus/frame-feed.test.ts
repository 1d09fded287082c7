// Guards against: a model that writes on for a listener who has paused, or that is woken for every single frame.
import { FrameFeed } from './frame-feed';
import { CODES } from './tokens/frame-assembler';

async function turn(): Promise<void> {
	return await new Promise((resolve) => setImmediate(resolve));
}
let written = 0;

async function* endless(): AsyncGenerator<number> {
	for (let frame = 0; ; frame++) {
		written = frame;
		for (let position = 0; position < 7; position++) yield await Promise.resolve(10 + position * CODES + (frame % CODES));
	}
}

it('rests when 2 s are ahead, and goes on when 1 s is left', async () => {
	const abort = new AbortController();
	const feed = new FrameFeed(endless(), abort.signal);
	const wakes: number[] = [];
	for (let used = 0; used <= 100; used++) {
		const before = written;
		feed.use(used);
		await turn();
		if (written > before) wakes.push(used);
		expect(feed.frames.length - used).toBeGreaterThanOrEqual(12);
		expect(feed.frames.length - used).toBeLessThanOrEqual(24);
	}
	expect(wakes).toEqual([0, 12, 24, 36, 48, 60, 72, 84, 96]);
	abort.abort();
	await feed.closed();
	expect(feed.ended).toBe(true);
});
