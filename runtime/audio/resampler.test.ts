// Guards against clicks at frame borders, aliases and wrong pitch in what the recogniser hears.
import fc from 'fast-check';
import { Resampler } from './resampler';

function tone(hz: number, rate: number, samples: number, level = 16_000): Int16Array {
	return Int16Array.from({ length: samples }, (_, i) => Math.round(level * Math.sin((2 * Math.PI * hz * i) / rate)));
}

/** Least squares fit of a tone; signal to noise in dB, and the tone's level. */
function fit(sound: Int16Array, hz: number, rate: number): { snr: number; level: number } {
	const from = 400;
	let [ss, cc, sc, sy, cy] = [0, 0, 0, 0, 0];
	for (let i = from; i < sound.length; i++) {
		const s = Math.sin((2 * Math.PI * hz * i) / rate);
		const c = Math.cos((2 * Math.PI * hz * i) / rate);
		const y = sound[i] as number;
		ss += s * s;
		cc += c * c;
		sc += s * c;
		sy += s * y;
		cy += c * y;
	}
	const det = ss * cc - sc * sc;
	const a = (sy * cc - cy * sc) / det;
	const b = (cy * ss - sy * sc) / det;
	let noise = 0;
	let signal = 0;
	for (let i = from; i < sound.length; i++) {
		const model = a * Math.sin((2 * Math.PI * hz * i) / rate) + b * Math.cos((2 * Math.PI * hz * i) / rate);
		signal += model * model;
		noise += ((sound[i] as number) - model) ** 2;
	}
	return { snr: 10 * Math.log10(signal / noise), level: Math.hypot(a, b) };
}

describe.each([8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])('from %i Hz to 16 kHz', (rate) => {
	it('keeps a 1 kHz tone at its pitch and level', () => {
		const { snr, level } = fit(new Resampler(rate, 16_000).push(tone(1000, rate, rate)), 1000, 16_000);
		expect(snr).toBeGreaterThan(70);
		expect(Math.abs(20 * Math.log10(level / 16_000))).toBeLessThan(0.05);
	});

	it('gives exactly one second for one second', () => {
		expect(new Resampler(rate, 16_000).push(new Int16Array(rate))).toHaveLength(16_000);
	});

	it('does not depend on how the sound is cut', () => {
		const sound = tone(700, rate, 4000);
		const whole = new Resampler(rate, 16_000).push(sound);
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 }), (cuts) => {
				const resampler = new Resampler(rate, 16_000);
				const out: number[] = [];
				let at = 0;
				for (const cut of [...cuts, sound.length]) {
					out.push(...resampler.push(sound.subarray(at, at + cut)));
					at = Math.min(at + cut, sound.length);
				}
				expect(out).toEqual([...whole]);
			}),
			{ numRuns: 30 },
		);
	});
});

it('leaves nothing of a tone that 16 kHz cannot carry', () => {
	const out = new Resampler(48_000, 16_000).push(tone(11_000, 48_000, 48_000));
	expect(Math.max(...out.subarray(400).map(Math.abs))).toBeLessThanOrEqual(2);
});

it('keeps speech frequencies flat up to 5.5 kHz', () => {
	for (const hz of [200, 2000, 4000, 5500]) {
		const { level } = fit(new Resampler(48_000, 16_000).push(tone(hz, 48_000, 48_000)), hz, 16_000);
		expect(Math.abs(20 * Math.log10(level / 16_000))).toBeLessThan(0.1);
	}
});

it('never wraps around on full scale sound', () => {
	const square = Int16Array.from({ length: 4800 }, (_, i) => (i % 96 < 48 ? 32767 : -32768));
	const out = new Resampler(48_000, 16_000).push(square);
	for (let i = 20; i < out.length; i++) {
		expect(Math.abs((out[i] as number) - (out[i - 1] as number))).toBeLessThan(65_000);
	}
});
