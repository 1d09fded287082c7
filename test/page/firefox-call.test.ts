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

	await card.say(speech('what is on my calendar tomorrow', VOICE));
	await tab.shows('speaking');
	await tab.until(`document.getElementById('agent-meter').ariaValueNow > 0`);
	// Sooner it would be taken for what the caller had still to say.
	await sleep(1500);
	await card.say(speech('please stop that and book a dentist appointment tomorrow at three', VOICE));
	await told('turn.finished', 3);
	const [interrupted] = await tab.evaluate<Array<{ text: string }>>(`voiceLoop.events.filter(({ type, interrupted }) => type === 'reply.heard' && interrupted)`);
	expect(interrupted?.text.length).toBeLessThan(LONG.length);
	// Of what is said over the agent's voice, Firefox's echo canceller takes words away, others each time: at times all.
	const said = await tab.texts('caller-caption');
	expect([said.length, said[1]]).toEqual([3, 'what is on my calendar tomorrow']);
	const captions = [await tab.texts('caller-caption'), await tab.texts('agent-caption')];
	await tab.picture('firefox-call');

	await tab.reload();
	await tab.shows('listening');
	expect([await tab.texts('caller-caption'), await tab.texts('agent-caption')]).toEqual(captions);
	// The meters move although nobody clicked on this page.
	await card.say(speech('hello', VOICE));
	await tab.until(`document.getElementById('caller-meter').ariaValueNow > 0 || voiceLoop.events.some(({ type }) => type === 'caption.partial')`);
	await told('turn.finished', 4);
	expect((await tab.texts('caller-caption')).length).toBe(4);

	const closed = tab;
	await closed.close();
	tab = await firefox.reopenClosedTab();
	await tab.shows('listening');
	expect((await tab.texts('caller-caption')).slice(0, 3)).toEqual(captions[0]);
	await tab.close();

	// By its address, as somebody does who does not know how to reopen a tab.
	tab = await firefox.open(practice.url);
	await tab.shows('away');
	expect(await tab.texts('caller-caption')).toEqual([]);
	await tab.click('call');
	await tab.shows('listening');
	expect((await tab.texts('caller-caption')).slice(0, 3)).toEqual(captions[0]);
	await tab.click('call');
	await tab.shows('ended');
	while ((await practice.runtime.client.stats()).media.some(({ sessions }) => sessions > 0)) await sleep(50);
	await tab.reload();
	await tab.shows('idle');
	expect(firefox.errors).toEqual([]);
}, 150_000);
