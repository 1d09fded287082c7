// Guards against: a damaged token that turns all that follows into noise, and against code 0 being taken for nothing.
import fc from 'fast-check';
import { CODES, CODES_PER_FRAME, type Frame, FrameAssembler, layersOf } from './frame-assembler';

function tokensOf(frame: Frame): number[] {
	return frame.map((code, position) => 10 + position * CODES + code);
}
const code = fc.integer({ min: 0, max: CODES - 1 });
const frame = fc.tuple(code, code, code, code, code, code, code);

function assemble(tokens: readonly number[]): { frames: Frame[]; dropped: number } {
	const assembler = new FrameAssembler();
	const frames = tokens.flatMap((token) => assembler.push(token) ?? []);
	const grouped: Frame[] = [];
	for (let at = 0; at < frames.length; at += CODES_PER_FRAME) grouped.push(frames.slice(at, at + CODES_PER_FRAME) as unknown as Frame);
	return { frames: grouped, dropped: assembler.dropped };
}

it('gives every frame that was written, also all zeros and all 4095', () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(frame, fc.constantFrom<Frame>([0, 0, 0, 0, 0, 0, 0], [4095, 4095, 4095, 4095, 4095, 4095, 4095])), { maxLength: 20 }), (written) => {
			expect(assemble(written.flatMap(tokensOf))).toEqual({ frames: written, dropped: 0 });
		}),
	);
});

it('loses only the frames that are damaged', () => {
	const damage = fc.record({ at: fc.nat(), kind: fc.constantFrom('lost', 'doubled', 'changed', 'foreign'), token: fc.integer({ min: -5, max: 40_000 }) });
	fc.assert(
		fc.property(fc.array(frame, { minLength: 3, maxLength: 12 }), damage, (written, { at, kind, token }) => {
			const tokens = written.flatMap(tokensOf);
			const place = at % tokens.length;
			const hit = Math.floor(place / CODES_PER_FRAME);
			const instead = { lost: [], doubled: [tokens[place]!, tokens[place]!], changed: [token], foreign: [tokens[place]!, token] }[kind];
			const { frames } = assemble([...tokens.slice(0, place), ...instead, ...tokens.slice(place + 1)]);
			const whole = written.map((each) => JSON.stringify(each));
			const kept = frames.map((each) => JSON.stringify(each));
			// Nothing after the next frame's beginning suffers, nothing before the damage either.
			expect(kept.slice(0, hit)).toEqual(whole.slice(0, hit));
			const after = whole.slice(hit + 2);
			expect(after).toEqual(after.length > 0 ? kept.slice(-after.length) : []);
		}),
	);
});

it('never gives a code out of range', () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(fc.integer(), fc.double())), (tokens) => {
			for (const each of assemble(tokens).frames) for (const value of each) expect(value >= 0 && value < CODES).toBe(true);
		}),
	);
});

it('sorts the codes into the layers of SNAC', () => {
	expect(layersOf([[0, 1, 2, 3, 4, 5, 6], [10, 11, 12, 13, 14, 15, 16]])).toEqual([
		[0, 10],
		[1, 4, 11, 14],
		[2, 3, 5, 6, 12, 13, 15, 16],
	]);
});

it('passes over the marks that some models write themselves, wherever they come', () => {
	const written: Frame[] = [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12, 13]];
	const tokens = written.flatMap(tokensOf);
	expect(assemble([4, 5, 1, ...tokens.slice(0, 9), 1, ...tokens.slice(9), 2])).toEqual({ frames: written, dropped: 0 });
});
