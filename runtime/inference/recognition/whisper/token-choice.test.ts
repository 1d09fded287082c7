// Guards against: a mark of Whisper's in a text, a token that it was told never to write, a text that never ends, and a speaker
// who says the same three times taken for one.
import fc from 'fast-check';
import { goesInCircles, likeliest, probabilityOf, TokenChoice } from './token-choice';

const spoken = (...ids: readonly number[]): Array<Buffer | undefined> => Array.from({ length: 10 }, (_, id) => (ids.includes(id) ? Buffer.from('a') : undefined));
const END = 8;
const choice = new TokenChoice(spoken(0, 1, 2, 3), END, { always: [1], first: [2, END] });

it('chooses the likeliest of what may stand there', () => {
	const logits = Float32Array.from([1, 9, 5, 2, 20, 20, 20, 20, 4, 20, 99]);
	expect(choice.choose(logits, true).token).toBe(0 + 3);
	expect(choice.choose(logits, false).token).toBe(2);
	expect(choice.choose(Float32Array.from([1, 9, 5, 2, 0, 0, 0, 0, 6]), false).token).toBe(END);
	expect(choice.choose(new Float32Array(11).fill(Number.NaN), false).token).toBe(-1);
	expect(choice.choose(new Float32Array(0), false).token).toBe(-1);
});

it('says how likely, among what may stand there', () => {
	fc.assert(
		fc.property(fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 11, maxLength: 11 }), fc.boolean(), (numbers, first) => {
			const logits = Float32Array.from(numbers);
			const allowed = first ? [0, 3] : [0, 2, 3, END];
			const sum = allowed.reduce((all, id) => all + Math.exp(logits[id]!), 0);
			const { token, logProb } = choice.choose(logits, first);
			expect(allowed).toContain(token);
			expect(logProb).toBeCloseTo(Math.log(Math.exp(logits[token]!) / sum), 3);
			expect(probabilityOf(logits, token)).toBeLessThanOrEqual(Math.exp(logProb) + 1e-6);
		}),
	);
	expect(likeliest(Float32Array.from([3, 2, 1]), (id) => id > 0)).toBe(1);
});

it('a run that comes again and again is a circle, wherever the text began; what is said some times is none', () => {
	fc.assert(
		fc.property(fc.array(fc.nat(50), { maxLength: 30 }), fc.array(fc.nat(50), { minLength: 1, maxLength: 20 }), (before, run) => {
			expect(goesInCircles([...before, ...Array.from({ length: 30 }, () => run).flat()])).toBe(true);
		}),
	);
	const no = [1, 2];
	expect(goesInCircles([...no, ...no, ...no, ...no, ...no])).toBe(false);
	expect(goesInCircles(Array.from({ length: 100 }, (_, at) => at))).toBe(false);
	expect(goesInCircles([])).toBe(false);
});
