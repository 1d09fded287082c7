// Guards against: a flood that is let through, and a page that is cut off though it only had much to say at once.
import { MessageRate } from './message-rate';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('lets a burst through, then so many a second, and a burst again after a pause', async () => {
	const rate = new MessageRate(10, 30);
	const passed = (): number => Array.from({ length: 100 }, () => rate.take()).filter(Boolean).length;
	expect(passed()).toBe(30);
	await jest.advanceTimersByTimeAsync(500);
	expect(passed()).toBe(5);
	await jest.advanceTimersByTimeAsync(60_000);
	expect(passed()).toBe(30);
});
