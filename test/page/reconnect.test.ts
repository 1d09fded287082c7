// Guards against: a lost path that ends a call which could have gone on, a reload that loses it, or a dead server that leaves
// the caller talking to nobody.
import type { Browser, Page } from 'playwright-core';
import { launch, leave, picture, shows, visit } from './browser';
import type { PageEvent } from '../../runtime/contract/page-events';
import { greeting } from './dialogue';
import { PageServer, RESUME_TOKEN, type Refusal, SESSION } from './page-server';

jest.setTimeout(90_000);

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
	await page.getByTestId('call').click();
	await server.channelOpen();
	server.say(...greeting);
	await page.getByTestId('agent-caption').waitFor();
	await shows(page, 'listening');
});
afterEach(async () => await leave(page));

const TURN = `t_${'a'.repeat(24)}`;

function ufrag(sdp = ''): string {
	return /a=ice-ufrag:(\S+)/.exec(sdp)?.[1] ?? '';
}

async function asks(method: string): Promise<void> {
	await new Promise<void>((resolve) => {
		const check = (asked: string) => {
			if (asked !== method) return;
			server.off('asked', check);
			resolve();
		};
		server.on('asked', check);
	});
}

test('another network: ICE is restarted by PATCH, and the call goes on over the same channel', async () => {
	const asked = asks('PATCH');
	await page.evaluate(`dispatchEvent(new Event('online'))`);
	await asked;
	await shows(page, 'listening');
	const [first, second] = server.asked;
	expect(second).toMatchObject({ method: 'PATCH', url: `/webhook/voice?session=${SESSION}` });
	expect(ufrag(second?.sdp)).not.toBe(ufrag(first?.sdp));
	expect(ufrag(second?.sdp)).toBe(ufrag(await page.evaluate<string>('voiceLoop.pc.localDescription.sdp')));
	server.say({ type: 'caption.partial', text: 'still here' });
	await page.getByTestId('caller-caption').getByText('still here').waitFor();
	await expect(page.getByTestId('agent-caption').count()).resolves.toBe(1);
});

test('a path that swallows everything is noticed, shown, and restored', async () => {
	// The packets must flow before their absence means something.
	while ((await page.evaluate<{ packetsReceived: number }>('voiceLoop.stats()')).packetsReceived < 50) await page.evaluate('new Promise(requestAnimationFrame)');
	const asked = asks('PATCH');
	server.signalPeer('SIGSTOP');
	await asked;
	await shows(page, 'reconnecting');
	await picture(page, 'desktop-reconnecting');
	server.signalPeer('SIGCONT');
	await shows(page, 'listening');
	server.say({ type: 'caption.partial', text: 'back again' });
	await page.getByTestId('caller-caption').getByText('back again').waitFor();
});

const SO_FAR: PageEvent[] = [
	...greeting.filter(({ type }) => type === 'reply.partial' || type === 'reply.heard'),
	{ type: 'caption.final', turnId: TURN, text: 'what is on monday', understood: true },
	{ type: 'state', state: 'thinking' },
];

/** What the gateway says to a re-offer when the link is gone. */
const LINK_GONE: Refusal = { status: 404, body: { error: { code: 'VOICE_ERR_CALL_UNKNOWN', message: 'The caller is away.', remedy: 'Come back.' } } };

/** The page is back in the conversation as it stands. */
async function back(): Promise<void> {
	await shows(page, 'thinking');
	await page.getByTestId('caller-caption').getByText('what is on monday').waitFor();
	expect(await page.getByTestId('agent-caption').count()).toBe(1);
	expect(server.asked.at(-1)).toMatchObject({ method: 'POST', resumeToken: RESUME_TOKEN });
	expect(server.asked.map(({ method }) => method)).not.toContain('DELETE');
	await expect(page.getByTestId('error').isVisible()).resolves.toBe(false);
}

test('the audio process dies: the same conversation goes on over a new connection, by itself', async () => {
	server.soFar = SO_FAR;
	server.refuse.set('PATCH', LINK_GONE);
	await page.evaluate('void (window.before = voiceLoop.pc)');
	server.signalPeer('SIGKILL');
	await back();
	expect(await page.evaluate('voiceLoop.pc === window.before')).toBe(false);
});

test('n8n is away or starting meanwhile: the page says what it waits for, and goes on when it is back', async () => {
	server.soFar = SO_FAR;
	server.refuse.set('PATCH', 'cut').set('POST', 'cut');
	server.signalPeer('SIGKILL');
	await page.locator('#hint').getByText('The server cannot be reached. Your call waits').waitFor();
	server.refuse.set('PATCH', { status: 404, body: { message: 'The requested webhook is not registered.' } }).set('POST', { status: 404, body: { message: 'The requested webhook is not registered.' } });
	await page.locator('#hint').getByText('n8n is starting.').waitFor();
	await picture(page, 'desktop-n8n-starting');
	const says = async (refusal: Refusal, words: string): Promise<void> => {
		server.refuse.set('PATCH', refusal).set('POST', refusal);
		await page.locator('#hint').getByText(words).waitFor();
	};
	await says({ status: 502, body: '<html>Bad Gateway</html>' }, 'n8n does not answer. Your call waits');
	await says({ status: 401, body: '<html>Log in</html>' }, 'Reload the page: your call waits for you.');
	await says({ status: 429, body: '{}', headers: { 'retry-after': '1' } }, 'The server asks this page to wait a moment. Your call waits');
	server.refuse.set('PATCH', LINK_GONE).delete('POST');
	await back();
});

test('the page is reloaded: it is back in the same conversation by itself, and shows what was said', async () => {
	server.soFar = SO_FAR;
	// Who has used their invitation, or whose ticket has run out, is told of TURN servers by their call.
	const asked = page.waitForRequest((request) => request.method() === 'GET' && request.headers()['accept'] === 'application/json');
	await page.reload();
	expect((await asked).headers()['x-voice-resume-token']).toBe(RESUME_TOKEN);
	await back();
	// The clock goes on, too.
	expect(await page.locator('#duration').innerText()).toMatch(/^\d+:\d\d$/);
	const deleted = asks('DELETE');
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	await deleted;
	await page.reload();
	await shows(page, 'idle');
});

test('a tab that was closed by accident and opened again goes on with its call', async () => {
	server.soFar = SO_FAR;
	await page.goto('about:blank');
	await page.goBack();
	await back();
});

test('where the browser has to ask for the microphone first, a click goes on with the call', async () => {
	server.soFar = SO_FAR;
	await page.addInitScript('navigator.permissions.query = async () => ({ state: "prompt" })');
	await page.reload();
	await shows(page, 'away');
	await expect(page.getByTestId('call').innerText()).resolves.toContain('Go on with your call');
	await picture(page, 'desktop-away');
	await page.getByTestId('call').click();
	await back();
});

test('a call that has ended while the page was away: one sentence, no alarm, and one can call again', async () => {
	server.soFar = undefined;
	await page.reload();
	await shows(page, 'ended');
	await expect(page.getByTestId('ending').innerText()).resolves.toBe('The call ended while you were away.');
	await expect(page.getByTestId('error').isVisible()).resolves.toBe(false);
	await page.reload();
	await shows(page, 'idle');
});

test('a server that has lost the call says so in one sentence, and one can call again at once', async () => {
	server.soFar = undefined;
	server.refuse.set('PATCH', {
		status: 404,
		body: { error: { code: 'VOICE_ERR_CALL_UNKNOWN', message: 'The audio process stopped.', remedy: 'Start a new call.' } },
	});
	server.signalPeer('SIGKILL');
	await shows(page, 'ended');
	await expect(page.getByTestId('ending').innerText()).resolves.toBe('The call ended while you were away.');
	await picture(page, 'desktop-lost');
	await page.getByTestId('call').click();
	await server.channelOpen();
	await shows(page, 'listening');
});

test('hanging up while reconnecting ends the call', async () => {
	server.refuse.set('PATCH', 'cut');
	const asked = asks('PATCH');
	await page.evaluate(`dispatchEvent(new Event('online'))`);
	await asked;
	await shows(page, 'reconnecting');
	const deleted = asks('DELETE');
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	await deleted;
});
