// Guards against: an end of speech that is dated by the silence after it, by the frame instead of the sample, or by when a frame was due instead of when it was sent.
import { spokenOf } from './line';

const FRAME = 160;

it('dates the first and the last audible sample by when their frames were sent', () => {
	const sound = new Int16Array(4 * FRAME);
	sound.fill(1000, FRAME + 80, 2 * FRAME + 40);
	// The third frame was sent late.
	expect(spokenOf(sound, [100, 110, 127, 130], FRAME)).toEqual({ from: 115, to: 129.5 });
});

it('takes what is too soft to hear for silence', () => {
	const sound = new Int16Array(2 * FRAME).fill(50);
	sound[10] = 1000;
	sound[FRAME - 1] = -1000;
	const { from, to } = spokenOf(sound, [0, 10], FRAME);
	expect(from).toBeCloseTo(0.625);
	expect(to).toBeCloseTo(10);
});
