// Guards against: a machine that is said to carry thousands of calls, because its recogniser was tried on silence.
import { isAudible, LISTEN_RATE } from '../../audio/pcm';
import { transcribeSettings } from '../../contract/agent-settings';
import { RealTime, recogniserKey } from '../scheduler/real-time';
import type { InferenceDeps } from './counters';
import { tryRecogniser } from './try-recogniser';

type Tried = Pick<InferenceDeps, 'recognisers' | 'realTime' | 'voices'>;

test('a recogniser is tried on speech in 16 kHz, until its speed is known', async () => {
	let now = 0;
	const realTime = new RealTime({ now: () => now });
	const heard: Int16Array[] = [];
	const speaker = {
		sampleRate: 8000,
		async *speak() {
			yield await Promise.resolve({ pcm: Int16Array.from({ length: 16_000 }, (_, at) => 8000 * Math.sin(at / 3)), sampleRate: 8000 });
		},
	};
	const deps = {
		realTime,
		voices: { speaker: () => speaker },
		recognisers: {
			transcribeAll: async (_settings: unknown, pcm: Int16Array) => {
				heard.push(pcm);
				now += 500;
				return await Promise.resolve({});
			},
		},
	} as unknown as Tried;
	await tryRecogniser(deps, transcribeSettings.parse({ model: 'whisper' }));
	await tryRecogniser(deps, transcribeSettings.parse({ model: 'whisper' }));
	expect(heard).toHaveLength(3);
	expect(heard[0]?.length).toBe(2 * LISTEN_RATE);
	expect(heard[0]?.some(isAudible)).toBe(true);
	expect(realTime.factor(recogniserKey('whisper'))).toBeCloseTo(0.25);
});

test('a server\'s recogniser is not tried: it works elsewhere', async () => {
	await expect(tryRecogniser({} as unknown as Tried, transcribeSettings.parse({ model: 'server:gpu' }))).resolves.toBeUndefined();
});
