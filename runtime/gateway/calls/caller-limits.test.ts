// Guards against: one stranger who takes all lines, all of the gateway's time or all tries at a token; limits that hit callers
// behind a proxy on the same machine or the owner's own programs; limits that count for ever.
import { CallerLimits } from './caller-limits';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const log = { error: jest.fn(), warn: jest.fn(), info: jest.fn(), debug: jest.fn() };
function limits(changes: object = {}) {
	return new CallerLimits({ callsPerAddress: 2, offersPerAddress: 3, offers: 8, ...changes }, log);
}
const address = '203.0.113.7';

async function takes(count: number, offer: () => Promise<unknown>): Promise<Array<string | number>> {
	const taken: Array<string | number> = [];
	for (let turn = 0; turn < count; turn++) taken.push(await offer().then(() => 'taken', ({ status }: { status: number }) => status));
	return taken;
}

it('an address makes so many offers a minute, and is told when it may again', async () => {
	const all = limits();
	expect(await takes(4, () => all.offered({ address }))).toEqual(['taken', 'taken', 'taken', 429]);
	jest.advanceTimersByTime(20_000);
	await expect(all.offered({ address })).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_MANY', retryAfterSeconds: 40 });
	await all.offered({ address: '203.0.113.8' });
	jest.advanceTimersByTime(40_000);
	await all.offered({ address });
});

it('a whole IPv6 network is one caller', async () => {
	const all = limits();
	expect(await takes(3, () => all.offered({ address: '2001:db8::1' }))).toEqual(['taken', 'taken', 'taken']);
	expect(await takes(1, () => all.offered({ address: '2001:db8::ffff:2' }))).toEqual([429]);
	expect(await takes(1, () => all.offered({ address: '2001:db8:0:1::1' }))).toEqual(['taken']);
});

it('many addresses together are limited too, and one that is refused takes nothing from the others', async () => {
	const all = limits();
	await takes(20, () => all.offered({ address }));
	let last = 10;
	expect(await takes(7, () => all.offered({ address: `198.51.100.${last++}` }))).toEqual([...Array.from({ length: 5 }, () => 'taken'), 429, 429]);
});

it('a token is tried ten times a minute, from wherever', async () => {
	const all = limits();
	let last = 10;
	const tried = await takes(11, () => all.offered({ token: 'a.b.c', address: last++ % 2 ? '127.0.0.1' : undefined }));
	expect(tried).toEqual([...Array.from({ length: 10 }, () => 'taken'), 429]);
	await all.offered({ token: 'another' });
});

it('a place is counted for as long as its call lasts, and given back once', () => {
	const all = limits();
	const first = all.called({ address });
	const second = all.called({ address });
	expect(() => all.called({ address })).toThrow(expect.objectContaining({ code: 'VOICE_ERR_TOO_MANY', retryAfterSeconds: 30 }) as Error);
	all.called({ address: '203.0.113.8' });
	first();
	first();
	const third = all.called({ address });
	expect(() => all.called({ address })).toThrow();
	second();
	third();
	all.called({ address });
});

it.each([['127.0.0.1'], ['::1'], [undefined]])('%s is not counted by address', async (near) => {
	const all = limits({ offersPerAddress: 1, offers: 1, callsPerAddress: 1 });
	expect(await takes(5, () => all.offered({ address: near }))).not.toContain(429);
	for (let turn = 0; turn < 5; turn++) all.called({ address: near });
});

it('calls that a process before this one let in count, as often as there are, until they end', () => {
	const all = limits();
	const [first, second, third] = [1, 2, 3].map(() => all.goesOn({ address }));
	first?.();
	first?.();
	expect(() => all.called({ address })).toThrow('As many calls');
	second?.();
	all.called({ address });
	third?.();
	all.called({ address: undefined });
});
