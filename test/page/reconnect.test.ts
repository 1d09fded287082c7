// Guards against: a lost path that ends a call which an ICE restart would have saved, or a dead server that leaves the caller talking to nobody.
import type { Browser, Page } from 'playwright-core';
import { launch, leave, picture, shows, visit } from './browser';
import { greeting } from './dialogue';
import { PageServer, SESSION } from './page-server';

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

test('a server that has lost the session says so, and one can call again at once', async () => {
	server.refuse.set('PATCH', {
		status: 404,
		body: { error: { code: 'VOICE_ERR_CALL_UNKNOWN', message: 'The audio process stopped.', remedy: 'Start a new call.' } },
	});
	server.signalPeer('SIGKILL');
	await shows(page, 'failed');
	await expect(page.getByTestId('error').innerText()).resolves.toContain('The call no longer exists');
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
