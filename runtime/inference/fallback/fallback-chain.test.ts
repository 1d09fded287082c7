// Guards against: a dead engine that costs every turn its time-out, and one that is never tried again; servers of which one
// does all the work, or a dead one gets it because it has nothing to do.
import fc from 'fast-check';
import { VoiceError } from '../../contract/errors';
import { FallbackChain, OpenWork } from './fallback-chain';
import { lost } from './engines.fixture';
import { Cooldowns } from './cooldowns';
import type { ChainLink } from './links';

function links(...names: string[]) {
	return names.map((name) => ({ name })) as [{ name: string }, ...Array<{ name: string }>];
}
function at(now: number) {
	return { now: () => now };
}

it('goes through its engines in order, and says whom it left and why', () => {
	const chain = new FallbackChain(links('a', 'b', 'c'), new Cooldowns(at(0)));
	chain.next(lost('no answer'));
	chain.next(new VoiceError('VOICE_ERR_VOICE_UNKNOWN', 'no such voice'));
	expect(chain.doneBy).toEqual({
		engine: 'c',
		replaced: [
			{ from: 'a', to: 'b', code: 'VOICE_ERR_ENGINE_UNREACHABLE', why: 'no answer' },
			{ from: 'b', to: 'c', code: 'VOICE_ERR_VOICE_UNKNOWN', why: 'no such voice' },
		],
	});
	expect(() => chain.next(lost('also'))).toThrow('also');
});

it('begins with the next one while an engine rests, and comes back to it', () => {
	const clock = { now: () => 0 };
	const cooldowns = new Cooldowns(clock);
	new FallbackChain(links('a', 'b'), cooldowns).next(lost());
	const second = new FallbackChain(links('a', 'b'), cooldowns);
	expect(second.doneBy).toMatchObject({ engine: 'b', replaced: [{ from: 'a', why: expect.stringMatching(/a moment ago: gone/) as string }] });
	clock.now = () => 30_001;
	expect(new FallbackChain(links('a', 'b'), cooldowns).doneBy).toEqual({ engine: 'a', replaced: [] });
});

it('tries the first where all rest, and an engine without others always', () => {
	const cooldowns = new Cooldowns(at(0));
	cooldowns.failed('a', lost());
	cooldowns.failed('b', lost());
	expect(new FallbackChain(links('a', 'b'), cooldowns).doneBy.engine).toBe('a');
	expect(new FallbackChain(links('a'), cooldowns).doneBy.engine).toBe('a');
});

it('asks again at once after a mistake in the settings, and after a success', () => {
	const cooldowns = new Cooldowns(at(0));
	new FallbackChain(links('a', 'b'), cooldowns).next(new VoiceError('VOICE_ERR_VOICE_UNKNOWN', 'x'));
	expect(new FallbackChain(links('a', 'b'), cooldowns).doneBy.engine).toBe('a');
	cooldowns.failed('a', lost());
	new FallbackChain(links('a'), cooldowns).worked();
	expect(new FallbackChain(links('a', 'b'), cooldowns).doneBy.engine).toBe('a');
});

it('moves once when two pieces of work fail on one engine', () => {
	const chain = new FallbackChain(links('a', 'b', 'c'), new Cooldowns(at(0)));
	const first = chain.engine;
	chain.next(lost(), first);
	chain.next(lost(), first);
	expect(chain.engine.name).toBe('b');
});

it('never skips an engine without a word, whoever rests', () => {
	fc.assert(
		fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), (resting) => {
			const cooldowns = new Cooldowns(at(0));
			const names = resting.map((_, index) => `e${index}`);
			resting.forEach((rest, index) => rest && cooldowns.failed(`e${index}`, lost()));
			const { engine, replaced } = new FallbackChain(links(...names), cooldowns).doneBy;
			expect(replaced.map(({ from }) => from)).toEqual(names.slice(0, names.indexOf(engine)));
		}),
	);
});

describe('engines that share their work', () => {
	const SHARED = ['a', 'b', 'c'];
	const then = (...names: string[]): [ChainLink, ...ChainLink[]] => [...SHARED, ...names].map((name) => ({ name, ...(SHARED.includes(name) && { shares: 'all' }) })) as [ChainLink, ...ChainLink[]];
	let clock: { now: () => number };
	let cooldowns: Cooldowns;
	let open: OpenWork;
	const chain = (...names: string[]): FallbackChain<ChainLink> => new FallbackChain(then(...names), cooldowns, open);
	const taken = (): string => chain().take().engine.name;
	beforeEach(() => {
		clock = { now: () => 0 };
		cooldowns = new Cooldowns(clock);
		open = new OpenWork();
	});

	it('are spread when many ask at once, by order where they have the same', () => {
		expect(Array.from({ length: 7 }, taken)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
	});

	it('get the next by what is open, which ends once', () => {
		const [first] = [chain().take(), chain().take(), chain().take(), chain().take()];
		first?.done();
		first?.done();
		expect([open.of('a'), open.of('b'), open.of('c')]).toEqual([1, 1, 1]);
		expect(taken()).toBe('a');
	});

	it('get each piece of one chain anew, and none of them is said to be replaced', () => {
		const one = chain();
		expect([one.take(), one.take(), one.take()].map(({ engine }) => engine.name)).toEqual(SHARED);
		expect(one.doneBy.replaced).toEqual([]);
	});

	it('are passed over while they rest, and whoever uses them hears of it', () => {
		for (const resting of SHARED) {
			cooldowns = new Cooldowns(clock);
			open = new OpenWork();
			cooldowns.failed(resting, lost());
			expect(Array.from({ length: 4 }, taken)).not.toContain(resting);
			expect(chain().doneBy.replaced).toMatchObject([{ from: resting, why: expect.stringMatching(/a moment ago: gone/) as string }]);
		}
	});

	it('take over from each other, the one with the least first, and then whoever comes after them', () => {
		open.begin('b');
		const one = chain('flite');
		const { engine } = one.take();
		one.next(lost(), engine);
		expect(one.take().engine.name).toBe('c');
		one.next(lost());
		expect(one.take().engine.name).toBe('b');
		expect(one.hasNext()).toBe(true);
		one.next(lost());
		expect(one.take().engine.name).toBe('flite');
		expect(one.hasNext()).toBe(false);
		expect(one.doneBy.replaced.map(({ from, to }) => `${from} ${to}`)).toEqual(['a c', 'c b', 'b flite']);
	});

	it('leave two pieces of one utterance that fail on two of them to the third', () => {
		const one = chain();
		const [first, second] = [one.take(), one.take()];
		one.next(lost(), first.engine);
		one.next(lost(), second.engine);
		one.next(lost(), first.engine);
		expect(one.take().engine.name).toBe('c');
		expect(() => one.next(lost('all'))).toThrow('all');
	});

	it('get one piece of work after a rest, and more once it went well', () => {
		cooldowns.failed('a', lost());
		clock.now = () => 30_001;
		open.begin('b');
		open.begin('c');
		const trial = chain();
		const first = trial.take();
		expect(first.engine.name).toBe('a');
		open.begin('b');
		open.begin('c');
		expect(taken()).not.toBe('a');
		trial.worked(first.engine);
		expect(taken()).toBe('a');
	});

	it.each(['VOICE_ERR_MODEL_MISSING', 'VOICE_ERR_BAD_REQUEST'] as const)('rest for %s, which one alone does not', (code) => {
		chain().next(new VoiceError(code, 'x'));
		expect(taken()).toBe('b');
		cooldowns = new Cooldowns(clock);
		new FallbackChain(links('a', 'b'), cooldowns).next(new VoiceError(code, 'x'));
		expect(new FallbackChain(links('a', 'b'), cooldowns).engine.name).toBe('a');
	});

	it('keep what is theirs where they can', () => {
		expect(chain().take('c').engine.name).toBe('c');
		cooldowns.failed('c', lost());
		expect(chain().take('c').engine.name).toBe('a');
	});

	it('are all made ready, and one that cannot be rests', async () => {
		const asked: string[] = [];
		await chain('flite').warm(async ({ name }) => {
			asked.push(name);
			await Promise.resolve();
			if (name === 'b') throw lost();
		});
		expect(asked.toSorted()).toEqual(SHARED);
		expect([taken(), taken()]).toEqual(['a', 'c']);
	});

	it('always have the least busy that can, whatever begins, ends and fails', () => {
		const step = fc.oneof(fc.constant('take' as const), fc.nat(30), fc.constantFrom(...SHARED));
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				cooldowns = new Cooldowns(clock);
				open = new OpenWork();
				const works: Array<() => void> = [];
				for (const what of steps) {
					if (typeof what === 'number') works[what]?.();
					else if (what !== 'take') cooldowns.failed(what, lost());
					else {
						const able = SHARED.filter((name) => cooldowns.reason(name) === undefined);
						const before = new Map(SHARED.map((name) => [name, open.of(name)]));
						const { engine, done } = chain().take();
						works.push(done);
						if (able.length > 0) expect(able).toContain(engine.name);
						for (const name of able) expect(before.get(engine.name)).toBeLessThanOrEqual(before.get(name)!);
					}
				}
			}),
		);
	});
});
