// Guards against: a caller who hears silence, half a sentence or a sentence twice because a voice failed or was too slow.
import { type SpeakSettings, speakSettings } from '../../contract/agent-settings';
import type { VoiceEngine } from './engine';
import { ScriptedVoice } from '../fallback/engines.fixture';
import { RealTime } from '../scheduler/real-time';
import { Cooldowns } from '../fallback/cooldowns';
import type { LinksOf } from '../fallback/links';
import { type FallbackSpeaker, VoiceFallback } from './fallback';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const clock = { now: () => Date.now() };
const never = new AbortController().signal;

function speakerOf(voices: Record<string, VoiceEngine>, realTime = true): FallbackSpeaker {
	return speakersOf(voices, [])(realTime);
}

/** Speakers of one process. `sharing`: these voices share the work. */
function speakersOf(voices: Record<string, VoiceEngine>, sharing: readonly string[]): (realTime?: boolean, held?: boolean) => FallbackSpeaker {
	const [engine = '', ...others] = Object.keys(voices);
	const source = { engine: async (settings: SpeakSettings) => await Promise.resolve(voices[settings.engine]!) };
	const linksOf: LinksOf = (name) => [{ name, ...(sharing.includes(name) && { shares: 'all' }) }];
	const chain = new VoiceFallback(source, new Cooldowns(clock), new RealTime(clock), clock, linksOf);
	return (realTime = true, held = false) => chain.speaker(speakSettings.parse({ engine, fallbacks: others.map((name) => ({ engine: name })) }), realTime, held);
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

/** 100 ms of sound at once, and the next 1500 ms later. */
function halting(): VoiceEngine {
	const voice = new ScriptedVoice(1000);
	return {
		voices: voice.voices,
		sampleRate: 1000,
		async *speak(text, settings, signal) {
			let first = true;
			for await (const sound of voice.speak(text, settings, signal)) {
				if (!first) await new Promise((resolve) => setTimeout(resolve, 1500));
				first = false;
				yield sound;
			}
		},
		warm: async () => await Promise.resolve(),
	};
}

it('takes nothing for heard that is held', async () => {
	const held = speakersOf({ halting: halting(), quick: new ScriptedVoice(1000) }, [])(true, true);
	const speaking = heard(held, 'abc');
	await jest.advanceTimersByTimeAsync(4000);
	expect((await speaking).letters).toBe('abc');
	expect(held.doneBy.replaced).toEqual([]);
	const listenedTo = speakersOf({ halting: halting(), quick: new ScriptedVoice(1000) }, [])();
	const replaced = heard(listenedTo, 'abc');
	await jest.advanceTimersByTimeAsync(4000);
	await replaced;
	expect(listenedTo.doneBy.replaced).toMatchObject([{ code: 'VOICE_ERR_TOO_SLOW' }]);
});

it('from the moment that it is let go, what was held is used up', async () => {
	const speaker = speakersOf({ slow: new ScriptedVoice(1000, { hangAfter: 2 }), quick: new ScriptedVoice(1000) }, [])(true, true);
	const speaking = heard(speaker, 'abc');
	await jest.advanceTimersByTimeAsync(1000);
	speaker.letGo();
	// 200 ms of sound and the grace of 300.
	await jest.advanceTimersByTimeAsync(490);
	expect(speaker.doneBy.replaced).toEqual([]);
	await jest.advanceTimersByTimeAsync(20);
	expect(speaker.doneBy.replaced).toMatchObject([{ code: 'VOICE_ERR_TOO_SLOW' }]);
	await speaking;
});

it('a voice that hangs is replaced though what it makes is held', async () => {
	const speaker = speakersOf({ slow: new ScriptedVoice(1000, { hangAfter: 2 }), quick: new ScriptedVoice(1000) }, [])(true, true);
	const speaking = heard(speaker, 'abc');
	await jest.advanceTimersByTimeAsync(3000);
	await speaking;
	expect(speaker.doneBy.replaced).toMatchObject([{ code: 'VOICE_ERR_TOO_SLOW' }]);
});

it('begins the next piece side by side only with a voice that can', async () => {
	const able = new ScriptedVoice(16_000, {}, true);
	const speaker = speakerOf({ able });
	const sounds = speaker.speak('One.', never);
	await sounds.next();
	speaker.prepare('Two.', never);
	speaker.prepare('Three.', never);
	await jest.advanceTimersByTimeAsync(0);
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

describe('voices that share the work', () => {
	const talk = async (speaker: FallbackSpeaker, text: string): Promise<string> => (await heard(speaker, text)).letters;
	const fill = (letters: string): string => letters.repeat(10);

	it('get as many speeches each when all begin at once', async () => {
		const voices = { a: new ScriptedVoice(16_000), b: new ScriptedVoice(16_000), c: new ScriptedVoice(16_000) };
		const speakers = speakersOf(voices, ['a', 'b', 'c']);
		const texts = Array.from({ length: 9 }, (_, at) => `Speech ${at}.`);
		expect(await Promise.all(texts.map(async (text) => await talk(speakers(), text)))).toEqual(texts);
		expect(Object.values(voices).map(({ said }) => said.length)).toEqual([3, 3, 3]);
	});

	it.each<[string, (speaker: FallbackSpeaker) => Promise<void>]>([
		['ended', async (speaker) => void (await talk(speaker, 'One.'))],
		['was left', async (speaker) => {
			const sounds = speaker.speak('One.', never);
			await sounds.next();
			await sounds.return(undefined);
		}],
		['was cancelled with its next sentence begun', async (speaker) => {
			const abort = new AbortController();
			const sounds = speaker.speak('One.', abort.signal);
			await sounds.next();
			speaker.prepare('Two.', abort.signal);
			abort.abort();
			await sounds.return(undefined);
		}],
		['was given up with its next sentence begun', async (speaker) => {
			const sounds = speaker.speak('One.', never);
			await sounds.next();
			speaker.prepare('Two.', never);
			await sounds.return(undefined);
			speaker.close();
		}],
		['was cancelled before it began', async (speaker) => {
			const failed = talk(speaker, 'One.').catch(() => undefined);
			const begun = speaker.speak('Never.', AbortSignal.abort());
			await begun.next().catch(() => undefined);
			await failed;
		}],
	])('have no more to do once a speech %s', async (_how, end) => {
		const [a, b] = [new ScriptedVoice(16_000, {}, true), new ScriptedVoice(16_000, {}, true)];
		const speakers = speakersOf({ a, b }, ['a', 'b']);
		await end(speakers());
		a.said.length = b.said.length = 0;
		for (const text of ['a.', 'b.', 'aa.', 'bb.']) await speakers().speak(text, never).next();
		expect([a.said, b.said]).toEqual([['a.', 'aa.'], ['b.', 'bb.']]);
	});

	it('take the speeches of one that fails: whole where nothing was heard, else the rest', async () => {
		for (const failAfter of [0, 12]) {
			const [a, b] = [new ScriptedVoice(1000, { failAfter }), new ScriptedVoice(1000)];
			const speakers = speakersOf({ a, b }, ['a', 'b']);
			const text = `The first meeting is at nine in the morning. ${fill('x')}`;
			const speaker = speakers();
			const letters = await talk(speaker, text);
			expect(letters.endsWith(fill('x'))).toBe(true);
			if (failAfter === 0) expect(b.said).toEqual([text]);
			else expect(text.endsWith(b.said[0]!.trim()) && b.said[0]!.trim().length < text.length).toBe(true);
			expect(speaker.doneBy).toMatchObject({ engine: 'b', replaced: [{ from: 'a', to: 'b' }] });
		}
	});

	it('have the next sentence begun by whoever is free, and say it once though the other fails meanwhile', async () => {
		const [a, b] = [new ScriptedVoice(16_000, { failAfter: 3 }, true), new ScriptedVoice(16_000, {}, true)];
		const speaker = speakersOf({ a, b }, ['a', 'b'])();
		const sounds = speaker.speak('One.', never);
		await sounds.next();
		speaker.prepare('Two.', never);
		await jest.advanceTimersByTimeAsync(0);
		expect([a.said, b.said]).toEqual([['One.'], ['Two.']]);
		expect(speaker.doneBy.engine).toBe('a');
		while (!(await sounds.next()).done) continue;
		expect(await talk(speaker, 'Two.')).toBe('Two.');
		expect(a.said).toEqual(['One.']);
		expect(a.running + b.running).toBe(0);
	});
});

it('does not go on with a sentence that was begun by a voice that has failed since', async () => {
	const a = new ScriptedVoice(16_000, { failAfter: 3 }, true);
	const b = new ScriptedVoice(16_000);
	const speaker = speakerOf({ a, b });
	const sounds = speaker.speak('One.', never);
	await sounds.next();
	speaker.prepare('Two.', never);
	while (!(await sounds.next()).done) continue;
	await heard(speaker, 'Two.');
	expect([a.said, b.said.at(-1)]).toEqual([['One.', 'Two.'], 'Two.']);
	expect(speaker.doneBy.replaced).toHaveLength(1);
	expect(a.running).toBe(0);
});
