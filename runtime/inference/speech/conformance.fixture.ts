import { SPEAK_RATES, joinPcm } from '../../audio/pcm';
import type { Sound, VoiceEngine, VoiceSettings } from './engine';

const SENTENCE = 'I have booked your dentist appointment for tomorrow at three p m.';

function milliseconds(sounds: readonly Sound[]): number {
	return sounds.reduce((sum, { pcm, sampleRate }) => sum + (pcm.length * 1000) / sampleRate, 0);
}

function joined(sounds: readonly Sound[]): Int16Array {
	return joinPcm(sounds.map(({ pcm }) => pcm));
}

/** The same sound, however it is cut into pieces; rounding to 16 bit may fall to either side. */
function expectAlike(sounds: readonly Sound[], others: readonly Sound[]): void {
	const [sound, other] = [joined(sounds), joined(others)];
	expect(sound).toHaveLength(other.length);
	expect(sound.reduce((most, sample, at) => Math.max(most, Math.abs(sample - other[at]!)), 0)).toBeLessThanOrEqual(1);
}

/** Length of the silence at the start, -50 dBFS being silence. */
function leadMs([first]: readonly Sound[]): number {
	if (!first) return 0;
	const onset = first.pcm.findIndex((sample) => Math.abs(sample) >= 104);
	return (onset * 1000) / first.sampleRate;
}

/** The rules of a voice, shown on its real sound. */
export function describeVoice(name: string, open: () => VoiceEngine | Promise<VoiceEngine>): void {
	describe(name, () => {
		const never = new AbortController().signal;
		let engine: VoiceEngine;
		const speak = async (text: string, settings: Partial<VoiceSettings> = {}, signal = never): Promise<Sound[]> => {
			const sounds: Sound[] = [];
			for await (const sound of engine.speak(text, { voice: '', speed: 1, ...settings }, signal)) sounds.push(sound);
			return sounds;
		};

		beforeAll(async () => {
			engine = await open();
		});

		it('speaks a sentence with every voice it names, at its rate, with little silence around', async () => {
			expect(engine.voices.length).toBeGreaterThan(0);
			expect(SPEAK_RATES).toContain(engine.sampleRate);
			for (const { value } of engine.voices) {
				const sounds = await speak(SENTENCE, { voice: value });
				expect(milliseconds(sounds)).toBeGreaterThan(2000);
				expect(milliseconds(sounds)).toBeLessThan(8000);
				expect(leadMs(sounds)).toBeLessThanOrEqual(20);
				for (const sound of sounds) expect(sound.sampleRate).toBe(engine.sampleRate);
				const loudest = Math.max(...sounds.flatMap(({ pcm }) => [...pcm].map(Math.abs)));
				expect(loudest).toBeGreaterThan(3000);
				expect(loudest).toBeLessThanOrEqual(32_768);
			}
		});

		it('takes the first voice when none is named', async () => {
			const named = await speak('Hello.', { voice: engine.voices[0]?.value ?? '' });
			expectAlike(await speak('Hello.'), named);
		});

		it('speaks different words differently and the same words alike', async () => {
			const yes = await speak('Yes.');
			expectAlike(await speak('Yes.'), yes);
			expect(joined(await speak('No.'))).not.toEqual(joined(yes));
		});

		it('changes its pace', async () => {
			const normal = milliseconds(await speak(SENTENCE));
			expect(milliseconds(await speak(SENTENCE, { speed: 2 })) / normal).toBeCloseTo(0.5, 0);
			expect(milliseconds(await speak(SENTENCE, { speed: 2 }))).toBeLessThan(0.7 * normal);
			expect(milliseconds(await speak(SENTENCE, { speed: 0.5 }))).toBeGreaterThan(1.5 * normal);
		});

		it.each(['', '   ', '...', '?!', '😀🎉', '\n'])('has nothing to say for %j', async (text) => {
			expect(milliseconds(await speak(text))).toBe(0);
		});

		it.each(['-lv', '--help', '$(reboot)', '<b>bold</b>', 'a', 'x'.repeat(200)])('says %j like any other text', async (text) => {
			expect(milliseconds(await speak(text))).toBeGreaterThan(50);
		});

		it('names its voices to whoever asks for another', async () => {
			const first = engine.voices[0]?.value ?? '';
			await expect(speak('Hello.', { voice: 'nobody' })).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN' });
			await expect(speak('Hello.', { voice: 'nobody' })).rejects.toThrow(first);
			await expect(engine.warm('nobody')).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN' });
			await engine.warm('');
		});

		it('stops when cancelled, and speaks again', async () => {
			const abort = new AbortController();
			const long = speak(`${SENTENCE} `.repeat(40), {}, abort.signal);
			const waiting = speak('Hello.', {}, abort.signal);
			abort.abort();
			await expect(long).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
			await expect(waiting).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
			expect(milliseconds(await speak('Hello.'))).toBeGreaterThan(200);
		});

		it('does not mix what is said at the same time', async () => {
			const alone = [await speak('Yes.'), await speak('No.'), await speak(SENTENCE)];
			const together = await Promise.all([speak('Yes.'), speak('No.'), speak(SENTENCE)]);
			together.forEach((sounds, index) => expectAlike(sounds, alone[index] ?? []));
		});
	});
}
