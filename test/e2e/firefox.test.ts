// Guards against: a call in Firefox that n8n's own server gets in the way of: its log-in, the ticket for its users, its webhooks and their headers.
import { speech } from '../media/speech';
import { testWith } from '../network/programs';
import { Firefox, type FirefoxTab } from '../page/firefox';
import { SoundCard } from '../page/sound-card';
import { type World, outputOf, startWorld } from './world';

const testInFirefox = testWith('firefox-esr', 'pulseaudio', 'paplay');
const QUESTION = 'what is on my calendar tomorrow';

let card: SoundCard | undefined;
let firefox: Firefox | undefined;
let world: World | undefined;

afterAll(async () => {
	await firefox?.close();
	await world?.end();
	await card?.stop();
});

/** As a person does, in n8n's own form. */
async function logIn(tab: FirefoxTab, { url, owner }: World['n8n']): Promise<void> {
	await tab.goto(`${url}/signin`);
	await tab.until(`document.querySelector('input[type="password"]') !== null`);
	for (const [field, value] of [['input[name="emailOrLdapLoginId"], input[type="email"]', owner.email], ['input[type="password"]', owner.password]] as const) {
		await tab.evaluate(`(() => {
			const input = document.querySelector(${JSON.stringify(field)});
			input.value = ${JSON.stringify(value)};
			input.dispatchEvent(new Event('input', { bubbles: true }));
		})()`);
	}
	await tab.evaluate(`document.querySelector('[data-test-id="form-submit-button"], button[type="submit"]').click()`);
	await tab.until(`!location.pathname.startsWith('/signin')`);
}

testInFirefox('a user of n8n logs in, calls, is answered by the workflow, reloads the page, and is answered in the same call', async () => {
	card = await SoundCard.start();
	[firefox, world] = await Promise.all([Firefox.launch({ env: card.env }), startWorld()]);
	await logIn(await firefox.open('about:blank'), world.n8n);
	// In another tab: n8n's editor loads itself anew after a log-in.
	const tab = await firefox.open(world.pageUrl);
	// After the page that fetches a ticket, which reloads.
	await tab.until(`document.querySelector('[data-testid="call"]')?.checkVisibility() === true`);
	await tab.click('call');
	await tab.until(`window.voiceLoop?.events.some(({ type }) => type === 'reply.heard') === true`);
	await card.say(speech(QUESTION, 'en-us+f4'));
	await tab.until(`voiceLoop.events.some(({ type }) => type === 'turn.finished')`);
	expect(await tab.texts('caller-caption')).toEqual([QUESTION]);
	const [turn] = await world.turns(1);
	expect(outputOf(turn, 'Transcribe').text).toBe(QUESTION);
	expect(outputOf(turn, 'Orpheus Speak')).toMatchObject({ interrupted: false, heard: outputOf(turn, 'Llama Chat').text });

	await tab.reload();
	await tab.shows('listening');
	await card.say(speech('thank you', 'en-us+f4'));
	await tab.until(`voiceLoop.events.filter(({ type }) => type === 'turn.finished').length >= 2`);
	expect(await tab.texts('caller-caption')).toEqual([QUESTION, 'thank you']);
	const turns = await world.turns(2);
	expect(new Set(turns.map((each) => outputOf(each, 'Transcribe').sessionId)).size).toBe(1);
	await tab.picture('firefox-in-real-n8n');
	await tab.click('call');
	await tab.shows('ended');
}, 240_000);
