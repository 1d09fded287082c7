// Guards against: a caller who hears silence, half a sentence or a sentence twice because a voice failed or was too slow.
import { speakSettings } from '../../contract/agent-settings';
import type { VoiceEngine } from './engine';
import { ScriptedVoice } from '../fallback/engines.fixture';
import { RealTime } from '../scheduler/real-time';
import { Cooldowns } from '../fallback/cooldowns';
import { type FallbackSpeaker, VoiceFallback } from './fallback';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const clock = { now: () => Date.now() };
const never = new AbortController().signal;

function speakerOf(voices: Record<string, VoiceEngine>, realTime = true): FallbackSpeaker {
	const [engine = '', ...others] = Object.keys(voices);
	const chain = new VoiceFallback({ engine: async (settings) => await Promise.resolve(voices[settings.engine]!) }, new Cooldowns(clock), new RealTime(clock), clock);
	return chain.speaker(speakSettings.parse({ engine, fallbacks: others.map((name) => ({ engine: name })) }), realTime);
}

/** The letters that were heard, by the pitch of their sound. */
async function heard(speaker: FallbackSpeaker, text: string, signal = never): Promise<{ letters: string; samples: number }> {
	let letters = '';
	let samples = 0;
	for await (const { pcm } of speaker.speak(text, signal)) {
		samples += pcm.length;
		if (pcm.length > 0) letters += String.fromCharCode(pcm[Math.floor(pcm.length / 2)]!);
	}
	return { letters, samples };
}

it('lets the next voice say all where the first says nothing', async () => {
	const speaker = speakerOf({ first: new ScriptedVoice(16_000, { failAfter: 0 }), second: new ScriptedVoice(16_000) });
	expect((await heard(speaker, 'Hello there.')).letters).toBe('Hello there.');
	expect(speaker.doneBy).toMatchObject({ engine: 'second', replaced: [{ from: 'first', to: 'second', code: 'VOICE_ERR_ENGINE_UNREACHABLE' }] });
});

it('lets the next voice say the rest, from a word that had begun', async () => {
	const text = 'The first meeting is at nine in the morning.';
	const second = new ScriptedVoice(1000);
	// 100 ms a letter, which is slower than speech: what was made is then longer than its words ask for.
	const speaker = speakerOf({ first: new ScriptedVoice(1000, { failAfter: 12 }), second });
	await heard(speaker, text);
	const rest = second.said[0]!.trim();
	expect(text.endsWith(rest)).toBe(true);
	expect(text.slice(0, -rest.length)).toMatch(/^The first /);
	expect(rest.length).toBeLessThan(text.length);
});

it('stays with the voice that took over', async () => {
	const first = new ScriptedVoice(16_000, { failAfter: 0 });
	const speaker = speakerOf({ first, second: new ScriptedVoice(16_000) });
	await heard(speaker, 'One.');
	await heard(speaker, 'Two.');
	expect(first.said).toEqual(['One.']);
});

it('gives all sound at the rate of the first', async () => {
	const speaker = speakerOf({ first: new ScriptedVoice(24_000, { failAfter: 3 }), second: new ScriptedVoice(16_000) });
	const { samples } = await heard(speaker, 'abc');
	expect(speaker.sampleRate).toBe(24_000);
	// Three letters by the first, and what is left of the word again by the second, at one and a half times the samples.
	expect(samples).toBeGreaterThan(300 + 300);
});

it('replaces a voice that makes no sound in time, one that falls behind, and neither where nobody listens', async () => {
	for (const hangAfter of [0, 2]) {
		const slow = new ScriptedVoice(16_000, { hangAfter });
		const speaker = speakerOf({ slow, quick: new ScriptedVoice(16_000) });
		const speaking = heard(speaker, 'Hello there.');
		await jest.advanceTimersByTimeAsync(3000);
		expect((await speaking).letters.endsWith('there.')).toBe(true);
		expect(speaker.doneBy.replaced).toMatchObject([{ from: 'slow', code: 'VOICE_ERR_TOO_SLOW' }]);
		expect(slow.running).toBe(0);
	}
	const abort = new AbortController();
	const patient = heard(speakerOf({ slow: new ScriptedVoice(16_000, { hangAfter: 2 }), quick: new ScriptedVoice(16_000) }, false), 'Hello.', abort.signal);
	let over = false;
	patient.catch(() => undefined).finally(() => (over = true));
	await jest.advanceTimersByTimeAsync(60_000);
	expect(over).toBe(false);
	abort.abort();
	await expect(patient).rejects.toBeDefined();
});

it('replaces a voice that is a little late all the time', async () => {
	const slow = new ScriptedVoice(1000);
	const late = {
		...slow,
		voices: slow.voices,
		sampleRate: 1000,
		// 100 ms of sound every 250 ms: no single gap is long.
		async *speak(text: string, settings: unknown, signal: AbortSignal) {
			for await (const sound of slow.speak(text, settings, signal)) {
				await new Promise((resolve) => setTimeout(resolve, 250));
				yield sound;
			}
		},
		warm: async () => await Promise.resolve(),
	};
	const speaker = speakerOf({ late, quick: new ScriptedVoice(1000) });
	const speaking = heard(speaker, 'Hello there, how are you today?');
	await jest.advanceTimersByTimeAsync(5000);
	await speaking;
	expect(speaker.doneBy.replaced).toMatchObject([{ from: 'late', code: 'VOICE_ERR_TOO_SLOW' }]);
});

it('does not take a rest for slowness', async () => {
	const speaker = speakerOf({ steady: new ScriptedVoice(16_000), other: new ScriptedVoice(16_000) });
	const sounds = speaker.speak('Hello.', never);
	await sounds.next();
	await jest.advanceTimersByTimeAsync(60_000);
	speaker.resumed(3000);
	while (!(await sounds.next()).done) continue;
	expect(speaker.doneBy).toEqual({ engine: 'steady', replaced: [] });
});

it('begins the next piece side by side only with a voice that can', async () => {
	const able = new ScriptedVoice(16_000, {}, true);
	const speaker = speakerOf({ able });
	const sounds = speaker.speak('One.', never);
	await sounds.next();
	speaker.prepare('Two.', never);
	speaker.prepare('Three.', never);
	expect(able.said).toEqual(['One.', 'Two.']);
	while (!(await sounds.next()).done) continue;
	expect((await heard(speaker, 'Two.')).letters).toBe('Two.');
	expect(able.said).toEqual(['One.', 'Two.']);
	const plain = new ScriptedVoice(16_000);
	const other = speakerOf({ plain });
	await other.speak('One.', never).next();
	other.prepare('Two.', never);
	expect(plain.said).toEqual(['One.']);
});

it('passes the error on where nobody is left, and asks nobody when cancelled', async () => {
	await expect(heard(speakerOf({ a: new ScriptedVoice(16_000, { failAfter: 2 }), b: new ScriptedVoice(16_000, { failAfter: 0 }) }), 'Hi.')).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
	const abort = new AbortController();
	const b = new ScriptedVoice(16_000);
	const speaking = heard(speakerOf({ a: new ScriptedVoice(16_000, { hangAfter: 1 }), b }), 'Hello.', abort.signal);
	await jest.advanceTimersByTimeAsync(10);
	abort.abort();
	await expect(speaking).rejects.toBeDefined();
	expect(b.said).toEqual([]);
});

it('gives emotion tags only to a voice that makes sounds of them', async () => {
	const plain = new ScriptedVoice(16_000);
	await heard(speakerOf({ plain }), 'That is fun <laugh> indeed.');
	expect(plain.said).toEqual(['That is fun indeed.']);
	const feeling = Object.assign(new ScriptedVoice(16_000), { emotionTags: true });
	await heard(speakerOf({ feeling }), 'That is fun <laugh> indeed.');
	expect(feeling.said).toEqual(['That is fun <laugh> indeed.']);
});
