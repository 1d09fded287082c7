// Guards against: clicks at frame borders, aliases, a wrong pitch, sound that comes late or moves, and tables that fill the memory.
import fc from 'fast-check';
import { joinPcm } from './pcm';
import { Resampler, type ResamplerTiming } from './resampler';

function tone(hz: number, rate: number, samples: number, level = 16_000): Int16Array {
	return Int16Array.from({ length: samples }, (_, i) => Math.round(level * Math.sin((2 * Math.PI * hz * i) / rate)));
}

/** The whole of a sound at another rate. */
function resample(sound: Int16Array | Float32Array, from: number, to: number, timing: ResamplerTiming = 'aligned'): Int16Array {
	const resampler = new Resampler(from, to, timing);
	return joinPcm([resampler.push(sound), resampler.end()]);
}

/** RMS of the middle, where the edges are not felt, over that of `tone`: dB. */
function gain(sound: Int16Array): number {
	const middle = sound.subarray(sound.length / 4, (sound.length * 3) / 4);
	return 20 * Math.log10(Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length) / (16_000 / Math.SQRT2));
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
});

describe.each<[number, number]>([
	[8_000, 16_000],
	[8_000, 48_000],
	[11_025, 16_000],
	[16_000, 16_000],
	[22_050, 24_000],
	[44_100, 16_000],
	[44_101, 16_000],
	[48_000, 8_000],
	[48_000, 16_000],
])('from %i Hz to %i Hz', (from, to) => {
	it.each<ResamplerTiming>(['immediate', 'aligned'])('does not depend on how the sound is cut, %s', (timing) => {
		const sound = tone(700, from, 4000);
		const whole = resample(sound, from, to, timing);
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 }), (cuts) => {
				const resampler = new Resampler(from, to, timing);
				const pieces: Int16Array[] = [];
				let at = 0;
				for (const cut of [...cuts, sound.length]) {
					pieces.push(resampler.push(sound.subarray(at, at + cut)));
					at = Math.min(at + cut, sound.length);
				}
				// Jest compares long arrays slowly.
				expect(Buffer.from(joinPcm([...pieces, resampler.end()]).buffer).equals(Buffer.from(whole.buffer))).toBe(true);
			}),
			{ numRuns: 10 },
		);
	});

	it('leaves every sound in its place when aligned, the first and the last too', () => {
		const hz = Math.min(from, to) / 20;
		const sound = resample(tone(hz, from, from / 5), from, to);
		const expected = tone(hz, to, sound.length);
		expect(Math.abs(sound.length - to / 5)).toBeLessThanOrEqual(1);
		const off = [...sound].map((sample, index) => Math.abs(sample - (expected[index] ?? 0)));
		expect(Math.max(...off.slice(100, -100))).toBeLessThan(30);
		// At the edges the tone sets in and breaks off, which no filter follows exactly.
		expect(Math.max(...off)).toBeLessThan(5000);
	});

	it('gives as much as it takes at once when immediate, at most 16 periods of the lower rate late', () => {
		const resampler = new Resampler(from, to);
		const click = new Int16Array(from / 10);
		click[0] = 30_000;
		const frames = Array.from({ length: 10 }, (_, frame) => resampler.push(click.subarray((frame * from) / 100, ((frame + 1) * from) / 100)));
		for (const frame of frames) expect(Math.abs(frame.length - to / 100)).toBeLessThanOrEqual(1);
		const sound = joinPcm(frames);
		const peak = sound.indexOf(Math.max(...sound));
		expect(Math.abs(peak / to - (from === to ? 0 : 16 / Math.min(from, to)))).toBeLessThanOrEqual(0.5 / to);
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

it('lets nothing fold back that the new rate cannot hold', () => {
	for (const hz of [8500, 9000, 11_000, 20_000]) expect(gain(resample(tone(hz, 48_000, 48_000), 48_000, 16_000))).toBeLessThan(-78);
});

it('keeps the speech band level', () => {
	for (const hz of [100, 1000, 3000, 5900]) expect(Math.abs(gain(resample(tone(hz, 44_100, 44_100), 44_100, 16_000)))).toBeLessThan(0.05);
});

it('keeps a constant, and gives the length it promises, for every pair of rates', () => {
	const rate = fc.integer({ min: 1000, max: 96_000 });
	fc.assert(
		fc.property(rate, rate, fc.integer({ min: 200, max: 2000 }), (from, to, length) => {
			const output = resample(new Int16Array(length).fill(16_000), from, to);
			expect(output).toHaveLength(Math.ceil((length * to) / from));
			if (length / from > 40 / Math.min(from, to)) expect(output[Math.floor(output.length / 2)]).toBe(16_000);
		}),
		{ numRuns: 15 },
	);
});

it('rounds once: sound with more than 16 bit goes in as it is', () => {
	expect([...resample(Float32Array.of(0.4, 0.6, -40_000, 40_000), 16_000, 16_000)]).toEqual([0, 1, -32_768, 32_767]);
	const half = resample(new Float32Array(4000).fill(100.4), 48_000, 16_000);
	expect(half[600]).toBe(100);
});

it('keeps its tables small for rates that have no common measure', () => {
	const before = process.memoryUsage().arrayBuffers;
	const sound = resample(new Int16Array(767_999).fill(1000), 767_999, 16_000);
	expect(sound[8000]).toBe(1000);
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
});
