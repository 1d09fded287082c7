import { LISTEN_RATE } from '../../../runtime/audio/pcm';

/** A sound that is no speech: two and a half seconds, 16 kHz. */
export type Noise = readonly [name: string, pcm: Int16Array];

const SECONDS = 2.5;
type Signal = (seconds: number) => number;

function sound(signal: Signal, peak = 6000): Int16Array {
	return Int16Array.from({ length: SECONDS * LISTEN_RATE }, (_, at) => Math.round(Math.max(-1, Math.min(1, signal(at / LISTEN_RATE))) * peak));
}

function white(seed: number): Signal {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 31 - 1;
	};
}

/** One pole: what is above the frequency goes. */
function low(signal: Signal, hz: number): Signal {
	const share = 1 - Math.exp((-2 * Math.PI * hz) / LISTEN_RATE);
	let level = 0;
	return (seconds) => (level += share * (signal(seconds) - level));
}

function tone(hz: number): Signal {
	return (seconds) => Math.sin(2 * Math.PI * hz * seconds);
}

/** Bursts that die away, so many a second. */
function bursts(signal: Signal, perSecond: number, decay: number): Signal {
	return (seconds) => signal(seconds) * Math.exp(-((seconds * perSecond) % 1) * decay);
}

/** What a microphone hears when nobody speaks. */
export const NOISES: readonly Noise[] = [
	['hiss', sound(white(1), 1500)],
	['loud hiss', sound(white(2), 12_000)],
	['wind', sound((t) => 4 * low(white(3), 300)(t) * (0.6 + 0.4 * Math.sin(2 * t)))],
	['rumble', sound(low(white(4), 60), 30_000)],
	['fan', sound((t) => 0.3 * white(5)(t) + 0.5 * tone(120)(t))],
	['mains hum', sound((t) => 0.6 * tone(50)(t) + 0.3 * tone(150)(t))],
	['beep', sound((t) => (t < 0.4 ? tone(1000)(t) : 0))],
	['two tones', sound((t) => tone(t % 1 < 0.5 ? 440 : 554)(t))],
	['engaged tone', sound((t) => (t % 0.5 < 0.25 ? tone(425)(t) : 0))],
	['sweep', sound((t) => Math.sin(2 * Math.PI * (200 + 600 * t) * t))],
	['a chord', sound((t) => (tone(262)(t) + tone(330)(t) + tone(392)(t)) / 3)],
	['a tune', sound((t) => bursts(tone([262, 294, 330, 349, 392][Math.floor(t * 2) % 5] ?? 262), 2, 3)(t))],
	['knocking', sound(bursts(low(white(6), 400), 3, 25), 30_000)],
	['typing', sound(bursts(white(7), 7, 40), 9000)],
	['clapping', sound(bursts(white(8), 2, 18), 20_000)],
	['an engine', sound((t) => low(white(9), 200)(t) + 0.4 * tone(45)(t) + 0.2 * tone(90)(t), 15_000)],
];
