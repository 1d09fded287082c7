// Guards against measured times that are off by a frame, and against speech that is cut or never said to be over.
import { CallerEar } from './ear';
import { Microphone, type Spoken } from './microphone';

function frame(...loud: number[]): Int16Array {
	return Int16Array.from({ length: 160 }, (_, i) => (loud.includes(i) ? 5000 : 20));
}

describe('the microphone', () => {
	it('is silent until something is said, and says when that was audible', async () => {
		const microphone = new Microphone();
		expect(microphone.next(0).every((sample) => sample === 0)).toBe(true);
		const sound = new Int16Array(480);
		sound[170] = 3000;
		sound[300] = -3000;
		const spoken = microphone.say(sound);
		const frames = [microphone.next(10), microphone.next(20), microphone.next(30), microphone.next(40)];
		expect(await spoken).toEqual<Spoken>({ from: 20 + 10 / 16, to: 20 + 141 / 16 });
		expect(frames.slice(0, 3).flatMap((sent) => [...sent])).toEqual([...sound]);
		expect(frames[3]?.every((sample) => sample === 0)).toBe(true);
	});

	it('says one thing after the other', async () => {
		const microphone = new Microphone();
		const first = microphone.say(new Int16Array(100).fill(1000));
		const second = microphone.say(new Int16Array(100).fill(1000));
		microphone.next(0);
		microphone.next(10);
		expect((await first).to).toBeCloseTo(100 / 16);
		expect((await second).from).toBe(10);
	});
});

describe('the ear', () => {
	it('times the first and last audible sample by when the frame came in', () => {
		const ear = new CallerEar(false);
		ear.hear({ samples: frame(16), sampleRate: 16_000 }, 1000);
		ear.hear({ samples: frame(), sampleRate: 16_000 }, 1010);
		ear.hear({ samples: frame(15, 31), sampleRate: 16_000 }, 1020);
		expect(ear.firstAudible).toBe(991);
		expect(ear.lastAudible).toBe(1012);
	});

	it('counts nothing from before it was told to listen', async () => {
		const ear = new CallerEar(false);
		ear.hear({ samples: frame(5), sampleRate: 16_000 }, 1000);
		ear.listenFrom(1005);
		expect(ear.firstAudible).toBeUndefined();
		const heard = ear.untilAudible();
		ear.hear({ samples: frame(0), sampleRate: 16_000 }, 1010);
		ear.hear({ samples: frame(80), sampleRate: 16_000 }, 1020);
		expect(await heard).toBe(1015);
	});

	it('records everything at one rate though the rate changes', () => {
		const ear = new CallerEar(true);
		ear.hear({ samples: new Int16Array(160), sampleRate: 16_000 }, 0);
		ear.hear({ samples: new Int16Array(480), sampleRate: 48_000 }, 10);
		expect(ear.recorded()).toHaveLength(480);
	});
});
