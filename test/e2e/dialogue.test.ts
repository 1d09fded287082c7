// Guards against the loop being broken anywhere between a caller's microphone, the workflow and the caller's ear.
import type { Page } from 'playwright-core';
import { decodeWav } from '../../runtime/audio/wav';
import { speakSettings } from '../../runtime/contract/agent-settings';
import type { Usage } from '../../runtime/contract/control';
import { likeness, median, speech } from '../media/speech';
import { picture } from '../page/browser';
import { events, record, recorded, untilTurns } from './browser-caller';
import { SpeakingCaller } from './speaking-caller';
import { type World, outputOf } from './world';

let caller: SpeakingCaller;
let world: World;
let page: Page;

/** Far enough apart for an answer on a machine that does something else as well. */
const LINES = [
	{ atMs: 8_000, text: 'hello', voice: 'en-us+f4' },
	{ atMs: 26_000, text: 'book a dentist appointment tomorrow at three p m', voice: 'en-us+m5' },
	{ atMs: 48_000, text: 'what is on my calendar tomorrow', voice: 'en-us+f4' },
];

beforeAll(async () => {
	const script = LINES.map(({ atMs, text, voice }) => ({ atMs, pcm: speech(text, voice) }));
	caller = await SpeakingCaller.call(script, { totalMs: 120_000 });
	({ world, page } = caller);
	await record(page);
	await untilTurns(page, LINES.length);
	await picture(page, 'call-in-real-n8n');
}, 300_000);

afterAll(async () => await caller?.end());

/** The next day in the zone by which n8n reckons. */
function dayAfter(moment: unknown): string {
	const day = new Date(String(moment)).toLocaleDateString('sv-SE', { timeZone: process.env.GENERIC_TIMEZONE || undefined });
	return new Date(Date.parse(day) + 24 * 3_600_000).toISOString().slice(0, 10);
}

test('each turn is one successful execution whose data tells the whole story', async () => {
	const turns = await world.turns(3);
	expect(turns).toHaveLength(3);
	expect(turns.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
	expect(turns.map((turn) => outputOf(turn, 'Transcribe').text)).toEqual(LINES.map(({ text }) => text));
	for (const turn of turns) {
		const spoken = outputOf(turn, 'Orpheus Speak');
		expect(spoken).toMatchObject({ interrupted: false, lookAhead: true });
		expect(spoken.heard).toBe(outputOf(turn, 'Llama Chat').text);
		expect(Object.keys(spoken.timings as object)).toEqual(
			expect.arrayContaining(['eou_delay', 'transcription_delay', 'workflow_delay', 'ttft', 'ttfb', 'e2e_latency', 'response_delay']),
		);
	}
});

test('the instructions and tools were read while the greeting was spoken: the first turn reads only what is new', async () => {
	const [first] = await world.turns(3);
	const { promptTokens, reusedTokens } = outputOf(first, 'Llama Chat').usage as Usage;
	expect(promptTokens).toBeGreaterThan(60);
	expect(promptTokens - reusedTokens).toBeLessThan(20);
});

test('the tool call is in the execution with its arguments and result, and the row is in the Data Table', async () => {
	const [, booking] = await world.turns(3);
	expect(outputOf(booking, 'Llama Chat').tools).toEqual([
		expect.objectContaining({
			name: 'book_appointment',
			ok: true,
			arguments: { title: 'dentist appointment', day: 'tomorrow', time: 'three p m' },
			result: expect.objectContaining({ status: 'booked' }),
		}),
	]);
	const rows = await world.n8n.dataTableRows('Appointments');
	expect(rows).toEqual([expect.objectContaining({ title: 'dentist appointment', date: dayAfter(rows[0]?.createdAt), time: '15:00' })]);
});

test('the third turn remembers the booking', async () => {
	const [, , asked] = await world.turns(3);
	expect(String(outputOf(asked, 'Orpheus Speak').heard)).toMatch(/dentist/);
});

test("the page's captions are the executions' texts", async () => {
	const turns = await world.turns(3);
	const told = await events(page);
	const captions = told.flatMap((event) => (event.type === 'caption.final' ? [event.text] : []));
	const replies = told.flatMap((event) => (event.type === 'reply.heard' && event.turnId ? [event.text] : []));
	expect(captions).toEqual(turns.map((turn) => outputOf(turn, 'Transcribe').text));
	expect(replies).toEqual(turns.map((turn) => outputOf(turn, 'Orpheus Speak').heard));
	await expect(page.locator('[data-role="caller"]').allInnerTexts()).resolves.toEqual(captions.map((text) => expect.stringContaining(text)));
});

test('the sound the page received is the reply, not merely some sound', async () => {
	const [, booking] = await world.turns(3);
	const text = String(outputOf(booking, 'Orpheus Speak').heard);
	const spoken = decodeWav((await world.runtime.client.speak({ text, speak: speakSettings.parse({}) })).wav);
	// Jitter buffers stretch time, so no half second fits exactly; another sentence of the same voice stays below 0.4.
	expect(median(likeness(spoken, await recorded(page)))).toBeGreaterThan(0.5);
});
