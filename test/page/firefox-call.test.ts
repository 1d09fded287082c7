// Guards against: a call that Firefox does not carry: real speech through its microphone to the real runtime, the answer through its loudspeaker, barge-in, and the way back into the call.
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeWav } from '../../runtime/audio/wav';
import { speakSettings } from '../../runtime/contract/agent-settings';
import { ALIKE, likeness, median, speech } from '../media/speech';
import { testWith } from '../network/programs';
import { Firefox, type FirefoxTab } from './firefox';
import { Practice } from './practice';
import { SoundCard } from './sound-card';

const testInFirefox = testWith('firefox-esr', 'pulseaudio', 'paplay');
const GREETING = 'Hello, this is the practice.';
const LONG = 'Tomorrow you have the dentist at three in the afternoon, then a meeting with Anna at four, then you go to the gym at six, and after that you have dinner with your mother at eight in the evening.';
const CALENDAR = 'what is on my calendar tomorrow';
const VOICE = 'en-us+f4';

let card: SoundCard | undefined;
let firefox: Firefox | undefined;
let practice: Practice | undefined;
let tab: FirefoxTab;

afterAll(async () => {
	await firefox?.close();
	await practice?.stop();
	await card?.stop();
});

function answers(said: string): string {
	return said.includes('calendar') ? LONG : `You said ${said}.`;
}

/** The caller has been told so many events of this kind. */
async function told(type: string, count: number): Promise<void> {
	await tab.until(`voiceLoop.events.filter((event) => event.type === '${type}').length >= ${count}`);
}

/** So many captions of this kind, no more. */
async function shown(id: string, count: number): Promise<void> {
	await tab.until(`[...document.querySelectorAll('[data-testid="${id}"]')].filter((e) => e.checkVisibility()).length === ${count}`);
}

/**
 * Of what is said over the agent's voice, Firefox's echo canceller takes words away, others each time. At times it takes all: then the
 * agent speaks to its end, and the caller tries again.
 */
async function interrupt(microphone: SoundCard): Promise<{ turnId: string; text: string }> {
	const heard = `voiceLoop.events.filter(({ type }) => type === 'reply.heard')`;
	for (;;) {
		const before = await tab.evaluate<number>(`${heard}.length`);
		await microphone.say(speech(CALENDAR, VOICE));
		await tab.shows('speaking');
		await tab.until(`document.getElementById('agent-meter').ariaValueNow > 0`);
		// Sooner it would be taken for what the caller had still to say.
		await sleep(1500);
		await microphone.say(speech('please stop that and book a dentist appointment tomorrow at three', VOICE));
		await tab.until(`${heard}.length > ${before}`);
		const reply = await tab.evaluate<{ turnId: string; text: string; interrupted: boolean }>(`${heard}[${before}]`);
		if (reply.interrupted) return reply;
	}
}

async function whole(text: string): Promise<Int16Array> {
	if (!practice) throw new Error('there is no runtime');
	return decodeWav((await practice.runtime.client.speak({ text, speak: speakSettings.parse({ engine: 'flite', language: 'en' }) })).wav);
}

testInFirefox('a call: heard, understood, answered aloud; interrupted; reloaded; closed and opened again; hung up', async () => {
	card = await SoundCard.start();
	[firefox, practice] = await Promise.all([Firefox.launch({ env: card.env }), Practice.start(answers, { options: { greeting: GREETING } })]);
	tab = await firefox.open(practice.url);
	await tab.click('call');
	await told('reply.heard', 1);
	expect(await tab.texts('agent-caption')).toEqual([GREETING]);
	// What came out of the loudspeaker is the greeting, and no other sound.
	expect(median(likeness(await whole(GREETING), card.played()))).toBeGreaterThan(ALIKE);

	await card.say(speech('hello', VOICE));
	await told('turn.finished', 1);
	expect(await tab.texts('caller-caption')).toEqual(['hello']);
	expect(await tab.texts('agent-caption')).toEqual([GREETING, 'You said hello.']);
	expect(median(likeness(await whole('You said hello.'), card.played()))).toBeGreaterThan(ALIKE);

	const interrupted = await interrupt(card);
	expect(interrupted.text.length).toBeLessThan(LONG.length);
	const after = `voiceLoop.events.slice(voiceLoop.events.findIndex(({ type, interrupted }) => type === 'reply.heard' && interrupted))`;
	await tab.until(`${after}.some(({ type, turnId }) => type === 'turn.finished' && turnId !== '${interrupted.turnId}')`);
	const said = await tab.texts('caller-caption');
	expect(said.slice(0, 2)).toEqual(['hello', CALENDAR]);
	expect(said.length).toBeGreaterThanOrEqual(3);
	const answered = await tab.texts('agent-caption');
	await tab.picture('firefox-call');

	await tab.reload();
	await tab.shows('listening');
	expect([await tab.texts('caller-caption'), await tab.texts('agent-caption')]).toEqual([said, answered]);
	// The meters move although nobody clicked on this page.
	await card.say(speech('hello', VOICE));
	await tab.until(`document.getElementById('caller-meter').ariaValueNow > 0 || voiceLoop.events.some(({ type }) => type === 'caption.partial')`);
	await shown('caller-caption', said.length + 1);
	await shown('agent-caption', answered.length + 1);

	const closed = tab;
	await closed.close();
	tab = await firefox.reopenClosedTab();
	await tab.shows('listening');
	expect((await tab.texts('caller-caption')).slice(0, said.length)).toEqual(said);
	await tab.click('call');
	await tab.shows('ended');
	while ((await practice.runtime.client.stats()).media.some(({ sessions }) => sessions > 0)) await sleep(50);
	await tab.reload();
	await tab.shows('idle');
	expect(firefox.errors).toEqual([]);
}, 300_000);
