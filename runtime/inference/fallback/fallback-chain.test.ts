// Guards against: a dead engine that costs every turn its time-out, and one that is never tried again.
import fc from 'fast-check';
import { VoiceError } from '../../contract/errors';
import { FallbackChain } from './fallback-chain';
import { lost } from './engines.fixture';
import { Cooldowns } from './cooldowns';

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
