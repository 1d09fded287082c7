// Guards against: a page whose call connects but whose captions, tools, meters or buttons tell another story than the runtime's events.
import type { Browser, Page } from 'playwright-core';
import { launch, leave, picture, shows, visit } from './browser';
import { answer, answerHeard, asking, cutShort, greeting, longAnswer, NOTE, toolRuns } from './dialogue';
import { PageServer, SESSION } from './page-server';

jest.setTimeout(60_000);

let browser: Browser;
let server: PageServer;
let page: Page;

beforeAll(async () => {
	[browser, server] = await Promise.all([launch(), PageServer.start()]);
});
afterAll(async () => {
	await browser.close();
	await server.stop();
});
beforeEach(async () => {
	await server.reset();
	page = await visit(browser, { url: server.url() });
});
afterEach(async () => await leave(page));

function callerLines() {
	return page.getByTestId('caller-caption');
}
function agentLines() {
	return page.getByTestId('agent-caption');
}

async function call(): Promise<void> {
	await page.getByTestId('call').click();
	await server.channelOpen();
	await shows(page, 'listening');
}

test('one button calls, speaks both ways, and ends the call at the server', async () => {
	await expect(page.getByTestId('call').innerText()).resolves.toBe('Call');
	await call();
	await expect(page.getByTestId('call').innerText()).resolves.toBe('End');
	expect(server.asked[0]).toMatchObject({ method: 'POST', url: '/webhook/voice', authorization: undefined });

	server.tone(440);
	for (const side of ['caller', 'agent']) {
		await page.locator(`#${side}-meter:not([aria-valuenow="0"])`).waitFor();
	}
	await heard((rms) => rms > 0.005);
	const stats = await page.evaluate<{ connection: string; packetsReceived: number }>('voiceLoop.stats()');
	expect(stats.connection).toBe('connected');
	expect(stats.packetsReceived).toBeGreaterThan(0);

	const deleted = new Promise((resolve) => server.on('asked', (method) => method === 'DELETE' && resolve(undefined)));
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	await deleted;
	expect(server.asked.at(-1)).toMatchObject({ method: 'DELETE', url: `/webhook/voice?session=${SESSION}` });
	await expect(page.getByTestId('call').innerText()).resolves.toBe('Call again');
	await call();
});

test('what is still being loaded is said, with how far it is where that is known, until it is there', async () => {
	await call();
	server.say(...greeting, { type: 'loading', models: [{ part: 'languageModel', percent: 40 }] });
	const line = page.getByTestId('loading');
	await line.getByText('The language model is loading').waitFor();
	await expect(line.innerText()).resolves.toMatch(/loading\s+40 %/);
	await expect(page.evaluate("document.getElementById('loading-bar').value")).resolves.toBe(40);
	await picture(page, 'loading');
	await page.setViewportSize({ width: 360, height: 740 });
	await picture(page, 'loading-on-a-phone');
	server.say({ type: 'loading', models: [{ part: 'recogniser' }, { part: 'voice', percent: 70 }] });
	await line.getByText('The recogniser and the voice are loading').waitFor();
	await expect(line.innerText()).resolves.not.toContain('%');
	await expect(page.locator('#loading-bar').isVisible()).resolves.toBe(false);
	await picture(page, 'loading-without-a-percentage');
	server.say({ type: 'loading', models: [] });
	await line.waitFor({ state: 'hidden' });
});

test('mute silences the caller at the other end, and unmute brings the voice back', async () => {
	await call();
	await heard((rms) => rms > 0.005);
	await page.getByTestId('mute').click();
	await expect(page.getByTestId('mute').getAttribute('aria-pressed')).resolves.toBe('true');
	await heard((rms) => rms < 0.0005);
	await page.getByTestId('mute').click();
	await heard((rms) => rms > 0.005);
});

test('captions appear as partials and settle; the note and the agent\'s name are shown', async () => {
	await call();
	server.say(...greeting, ...asking);
	const partial = callerLines().getByText('book a dentist appointment tomorrow', { exact: true });
	await partial.waitFor();
	await expect(settled('caller')).resolves.toEqual(['false']);
	await expect(page.getByTestId('note').innerText()).resolves.toBe(NOTE);
	await shows(page, 'hearing');

	server.say(...toolRuns, ...answer, ...answerHeard);
	await page.getByTestId('timings').waitFor();
	await expect(callerLines().allInnerTexts()).resolves.toEqual(['book a dentist appointment tomorrow at three p m']);
	await expect(agentLines().allInnerTexts()).resolves.toEqual([
		'Hello, this is the dental practice. How can I help you?',
		'Done. Your dentist appointment is booked for tomorrow at three p m.',
	]);
	await expect(settled('caller')).resolves.toEqual(['true']);
	await expect(page.locator('[data-role=agent]').last().getAttribute('data-turn')).resolves.toBe('t_00000000000000000001');
	await expect(page.getByTestId('timings').innerText()).resolves.toContain('replied in 0.21 s · 0.83 s after you stopped');
	await page.getByTestId('timings').locator('summary').click();
	await page.getByText('Model: first token').waitFor();
});

test('what was not understood is shown as such and not as words', async () => {
	await call();
	server.say({ type: 'caption.final', turnId: 't_00000000000000000009', text: '', understood: false });
	await page.getByText('Not understood').waitFor();
	await expect(callerLines().allTextContents()).resolves.toEqual(['']);
});

test('a tool is a chip with its arguments, running and then done', async () => {
	await call();
	server.say(...greeting, ...asking, ...toolRuns);
	const chip = page.getByTestId('tool');
	await page.locator('[data-testid=tool][data-status=running]').waitFor();
	await shows(page, 'tool');
	await expect(page.getByTestId('state').innerText()).resolves.toBe('Using tool: Book appointment');
	await expect(chip.locator('summary').getAttribute('title')).resolves.toBe('title: dentist\nday: tomorrow\ntime: 15:00\nattendees: ["you"]');
	server.say(...answer);
	await page.locator('[data-testid=tool][data-status=done]').waitFor();
	await expect(chip.locator('summary').innerText()).resolves.toMatch(/Book appointment\s+0\.18 s/);
	await chip.locator('summary').click();
	await chip.getByText('15:00').waitFor();
});

test('an interrupted reply is cut where the caller stopped hearing it; the button and Escape ask for it', async () => {
	await call();
	server.say(...greeting, ...longAnswer);
	await shows(page, 'speaking');
	const asked = new Promise((resolve) => server.once('request', resolve));
	await page.getByTestId('interrupt').click();
	await asked;
	const askedAgain = new Promise((resolve) => server.once('request', resolve));
	await page.keyboard.press('Escape');
	await askedAgain;
	const interrupts = server.requests.map((json) => JSON.parse(json) as { type: string; id: string }).filter(({ type }) => type === 'interrupt');
	expect(interrupts.map(({ type }) => type)).toEqual(['interrupt', 'interrupt']);
	expect(interrupts[0]?.id).not.toBe(interrupts[1]?.id);

	server.say(...cutShort);
	await page.locator('[data-role=agent][data-interrupted=true]').waitFor();
	await expect(agentLines().last().innerText()).resolves.toBe('Tomorrow you have the dentist at three p m,');
	await expect(page.locator('.unheard').innerText()).resolves.toContain('a meeting with Anna at four');
	await shows(page, 'hearing');
	await expect(page.getByTestId('interrupt').getAttribute('aria-disabled')).resolves.toBe('true');
});

test('a failed turn is explained in the call and forgotten with the next one', async () => {
	await call();
	server.say({
		type: 'error',
		turnId: 't_00000000000000000003',
		error: { code: 'VOICE_ERR_WORKFLOW_FAILED', message: 'Node "Book" failed: no such table.', remedy: 'Open the failed execution in n8n.' },
	});
	await page.getByTestId('error').waitFor();
	await expect(page.getByTestId('error').innerText()).resolves.toContain('Node "Book" failed: no such table.');
	await picture(page, 'desktop-turn-failed');
	await shows(page, 'listening');
	server.say({ type: 'caption.final', turnId: 't_00000000000000000004', text: 'hello', understood: true });
	await page.getByTestId('error').waitFor({ state: 'hidden' });
});

test('an alarm that was for nothing is taken back, and no other one with it', async () => {
	await call();
	const error = { code: 'VOICE_ERR_INFERENCE_LOST', message: 'The models\' process is gone.', remedy: 'Speak again.' } as const;
	server.say({ type: 'error', error });
	await page.getByTestId('error').waitFor();
	server.say({ type: 'recovered', code: 'VOICE_ERR_MODEL_FAILED' }, { type: 'note', text: 'told after it' });
	await page.getByText('told after it').waitFor();
	expect(await page.getByTestId('error').isVisible()).toBe(true);
	server.say({ type: 'recovered', code: error.code });
	await page.getByTestId('error').waitFor({ state: 'hidden' });
});

test('events this page does not know, and no events at all, leave the call alone', async () => {
	await call();
	server.sayRaw('{"type":"from.the.future"}');
	server.sayRaw('not json');
	server.sayRaw('{"type":"caption.partial"}');
	server.say({ type: 'caption.partial', text: 'still here' });
	await callerLines().getByText('still here').waitFor();
	await shows(page, 'listening');
});

test('markup in what was said is text, not page', async () => {
	await call();
	server.say({ type: 'caption.final', turnId: 't_00000000000000000005', text: '<img src=x onerror=alert(1)><b>hi</b>', understood: true });
	await callerLines().getByText('<b>hi</b>').waitFor();
	await expect(page.locator('#lines img, #lines b').count()).resolves.toBe(0);
});

test('the end by the server is told with its reason, and one can call again', async () => {
	await call();
	server.say(...greeting, ...asking, { type: 'session.ended', reason: 'idle' });
	await shows(page, 'ended');
	await expect(page.getByTestId('ending').innerText()).resolves.toBe('The agent hung up because nobody spoke for a while.');
	await expect(settled('caller')).resolves.toEqual([]);
	await expect(page.getByTestId('call').innerText()).resolves.toBe('Call again');
	await call();
	await expect(agentLines().count()).resolves.toBe(0);
});

async function settled(role: 'caller' | 'agent'): Promise<Array<string | null>> {
	const lines = await page.locator(`[data-role=${role}]`).all();
	return await Promise.all(lines.map(async (line) => await line.getAttribute('data-settled')));
}

/** Waits for what the other end really hears. */
async function heard(enough: (rms: number) => boolean): Promise<void> {
	await new Promise<void>((resolve) => {
		const check = () => {
			if (!enough(server.loudness)) return;
			server.off('loudness', check);
			resolve();
		};
		server.on('loudness', check);
	});
}
