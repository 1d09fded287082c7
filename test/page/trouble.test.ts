// Guards against: a caller who presses Call, gets nothing, and is not told why or what to do.
import type { Browser, Page } from 'playwright-core';
import { becomes, launch, leave, picture, shows, visit } from './browser';
import { PageServer } from './page-server';

jest.setTimeout(60_000);

/** A name that is this machine, but to the browser is neither localhost nor https. */
const INSECURE_HOST = 'voice.example';

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
	[browser, server] = await Promise.all([launch(`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`), PageServer.start()]);
});
afterAll(async () => {
	await browser.close();
	await server.stop();
});
beforeEach(async () => await server.reset());

async function told(page: Page, code: string, ...words: string[]): Promise<void> {
	// Half a minute is given to a server that may only be starting.
	await page.locator(`[data-testid=error][data-code=${code}]`).waitFor({ timeout: 50_000 });
	const text = await page.getByTestId('error').innerText();
	for (const word of words) expect(text).toContain(word);
	await shows(page, 'failed');
	await expect(page.getByTestId('call').innerText()).resolves.toBe('Call again');
}

/** The next call works: whatever happened left nothing behind. */
async function callsAgain(page: Page): Promise<void> {
	await page.getByTestId('call').click();
	await server.channelOpen();
	await shows(page, 'listening');
	await page.getByTestId('error').waitFor({ state: 'hidden' });
}

test('a denied microphone', async () => {
	const page = await visit(browser, { url: server.url(), microphone: false });
	await page.getByTestId('call').click();
	await told(page, 'PAGE_MICROPHONE_BLOCKED', 'The microphone is blocked', 'allow the microphone');
	expect(server.asked).toEqual([]);
	await page.context().grantPermissions(['microphone']);
	await callsAgain(page);
	await leave(page);
});

test.each([
	['NotFoundError', 'PAGE_MICROPHONE_MISSING', 'Connect a microphone'],
	['NotReadableError', 'PAGE_MICROPHONE_BUSY', 'Close other programs'],
	['AbortError', 'PAGE_MICROPHONE_BUSY', 'Close other programs'],
	['InvalidStateError', 'PAGE_MICROPHONE_FAILED', 'InvalidStateError'],
])('a microphone that fails with %s', async (name, code, words) => {
	const page = await visit(browser, { url: server.url() });
	// The browser's own failure cannot be staged with a fake device: only its answer is replaced.
	await page.evaluate(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${name}'); }`);
	await page.getByTestId('call').click();
	await told(page, code, words);
	await leave(page);
});

test('an address that is not secure', async () => {
	const page = await visit(browser, { url: `http://${INSECURE_HOST}:${server.port}/webhook/voice` });
	await page.getByTestId('call').click();
	await told(page, 'PAGE_INSECURE', 'not secure', `http://localhost:${server.port}/webhook/voice`);
	await leave(page);
});

test('hanging up while the browser still asks for the microphone', async () => {
	const page = await visit(browser, { url: server.url() });
	await page.evaluate(`{
		const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = async (wish) => { await new Promise((resolve) => { window.allow = resolve; }); return window.given = await real(wish); };
	}`);
	await page.getByTestId('call').click();
	await shows(page, 'asking');
	await expect(page.getByTestId('call').innerText()).resolves.toBe('Cancel');
	await picture(page, 'desktop-asking');
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	// The microphone that comes late is closed again, and nobody is called.
	await page.evaluate('allow()');
	await becomes(page, 'window.given?.getAudioTracks()[0].readyState', 'ended');
	expect(server.asked).toEqual([]);
	await leave(page);
});

test.each([
	['VOICE_ERR_BUSY', 503, 'All lines are busy'],
	['VOICE_ERR_RUNTIME_UNREACHABLE', 503, 'The voice runtime cannot be reached'],
	['VOICE_ERR_BAD_OFFER', 400, 'The WebRTC offer cannot be used'],
])('the server refuses with %s', async (code, status, title) => {
	const page = await visit(browser, { url: server.url() });
	server.refuse.set('POST', { status, body: { error: { code, message: 'What happened.', remedy: 'What to do.' } } });
	await page.getByTestId('call').click();
	await told(page, code, title, 'What happened.', 'What to do.');
	server.refuse.clear();
	await callsAgain(page);
	await leave(page);
});

test.each([
	['/webhook/voice', 'Publish the workflow'],
	['/webhook-test/voice', 'Press "Execute workflow"'],
])('no workflow listens at %s: n8n answers in its own words', async (address, words) => {
	const page = await visit(browser, { url: server.url(address) });
	await expect(page.getByText('Test', { exact: true }).isVisible()).resolves.toBe(address.includes('test'));
	server.refuse.set('POST', { status: 404, body: { code: 404, message: 'The requested webhook "POST voice" is not registered.', hint: '' } });
	await page.getByTestId('call').click();
	await told(page, 'VOICE_ERR_NOT_LISTENING', words);
	await leave(page);
});

test.each([
	['opens its database', { status: 503, body: { code: 503, message: 'Database is not ready!' } }],
	['brings its database up to date', { status: 200, body: 'n8n is starting up. Please wait' }],
	['serves nothing yet', { status: 404, body: '<html>Cannot POST /webhook/voice</html>' }],
	['has not registered its webhooks yet', { status: 404, body: { code: 404, message: 'The requested webhook "POST voice" is not registered.', hint: '' } }],
])('n8n is starting and %s: the page says so, and calls again by itself', async (_, refusal) => {
	const page = await visit(browser, { url: server.url() });
	server.refuse.set('POST', refusal);
	await page.getByTestId('call').click();
	await page.getByText('n8n is starting. Your call begins as soon as it is ready.').waitFor();
	await shows(page, 'connecting');
	server.refuse.clear();
	await server.channelOpen();
	await shows(page, 'listening');
	await leave(page);
});

test('n8n whose port is not open yet: the page keeps trying, with an offer that knows the servers that n8n names by then', async () => {
	const page = await visit(browser, { url: server.url() });
	server.refuse.set('POST', 'cut');
	await page.getByTestId('call').click();
	await page.getByText('The server cannot be reached. This page keeps trying for a moment.').waitFor();
	server.iceConfiguration = { iceServers: [{ urls: ['stun:127.0.0.1:9'] }], iceTransportPolicy: 'all', lifetimeSeconds: 600 };
	await becomes(page, 'window.voiceLoop.pc.getConfiguration().iceServers.length', 1);
	server.iceConfiguration = undefined;
	server.refuse.clear();
	await server.channelOpen();
	await shows(page, 'listening');
	await leave(page);
});

test('who gives up while n8n is starting is not called back', async () => {
	const page = await visit(browser, { url: server.url() });
	server.refuse.set('POST', { status: 503, body: { code: 503, message: 'Database is not ready!' } });
	await page.getByTestId('call').click();
	await page.getByText('n8n is starting.').waitFor();
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	server.refuse.clear();
	const asked = server.asked.length;
	await page.waitForTimeout(2500);
	expect(server.asked).toHaveLength(asked);
	await leave(page);
});

test.each([
	['nothing that is JSON', { status: 500, body: undefined }, 'PAGE_SERVER_GARBLED', '500'],
	['an answer without SDP', { status: 201, body: { type: 'answer' } }, 'PAGE_SERVER_GARBLED', '201'],
	['a cut connection', 'cut' as const, 'PAGE_SERVER_UNREACHABLE', 'cannot be reached'],
	['SDP that is none', { status: 201, body: { type: 'answer', sdp: 'garbage', sessionId: 's_test0123456789abcdef' } }, 'PAGE_FAULT', 'Reload the page'],
])('the server gives %s', async (_, refusal, code, words) => {
	const page = await visit(browser, { url: server.url() });
	server.refuse.set('POST', refusal);
	await page.getByTestId('call').click();
	await told(page, code, words);
	server.refuse.clear();
	await callsAgain(page);
	await leave(page);
});

const HTML = '<html><title>Bad Gateway</title></html>';

test.each([
	['takes no more requests for a moment', { status: 429, body: { message: 'Too many requests' }, headers: { 'retry-after': '42' } }, 'PAGE_TOO_MANY', ['Too many requests', 'Wait 42 seconds, then call again.']],
	['takes no more requests, and says no time', { status: 429, body: HTML }, 'PAGE_TOO_MANY', ['Wait 60 seconds, then call again.']],
	['is a proxy that wants to be asked much later', { status: 503, body: HTML, headers: { 'retry-after': '300' } }, 'PAGE_N8N_UNREACHABLE', ['n8n does not answer', 'HTTP status 503', 'Wait 5 minutes, then call again.']],
	['is a proxy that knows nobody', { status: 401, body: HTML }, 'PAGE_NOT_LET_IN', ['did not let the call through', 'Reload the page']],
	["is a proxy that shows its own page", { status: 200, body: HTML }, 'PAGE_NOT_LET_IN', ['did not let the call through', 'log in']],
	['has limits of ours', { status: 429, body: { error: { code: 'VOICE_ERR_TOO_MANY', message: 'Too many wrong secrets came from this address.', remedy: 'Wait a moment, then try again more slowly.', retryAfterSeconds: 30 } } }, 'VOICE_ERR_TOO_MANY', ['Too many wrong secrets', 'Wait 30 seconds, then try again.']],
])('the server %s: the page says so, and when to call again', async (_, refusal, code, words) => {
	const page = await visit(browser, { url: server.url(), width: 360, height: 740 });
	server.refuse.set('POST', refusal);
	await page.getByTestId('call').click();
	await told(page, code, ...words);
	expect(server.asked.length).toBe(1);
	await picture(page, `phone-refused-${code}-${refusal.status}`);
	server.refuse.clear();
	await callsAgain(page);
	await leave(page);
});

test.each([502, 503, 504, 521])('a proxy whose n8n is not there answers %i: the page says so, and calls by itself when it is', async (status) => {
	const page = await visit(browser, { url: server.url() });
	server.refuse.set('POST', { status, body: HTML });
	await page.getByTestId('call').click();
	await page.getByText('n8n does not answer yet. It may be starting: your call begins as soon as it is ready.').waitFor();
	server.refuse.clear();
	await server.channelOpen();
	await shows(page, 'listening');
	await leave(page);
});

test('a device without a network is told so at once', async () => {
	const page = await visit(browser, { url: server.url(), width: 360, height: 740 });
	await page.context().setOffline(true);
	await page.getByTestId('call').click();
	await told(page, 'PAGE_OFFLINE', 'You are offline', 'Connect to a network');
	await picture(page, 'phone-refused-offline');
	await page.context().setOffline(false);
	await callsAgain(page);
	await leave(page);
});

test.each([
	['has no WebRTC', 'delete window.RTCPeerConnection', 'PAGE_NO_WEBRTC', 'another browser'],
	['forbids WebRTC', `window.RTCPeerConnection = class { constructor() { throw new DOMException('', 'InvalidStateError'); } }`, 'PAGE_NO_WEBRTC', 'another browser'],
	['gives pages no microphone', `Object.defineProperty(navigator, 'mediaDevices', { value: undefined })`, 'PAGE_NO_MICROPHONE_ACCESS', 'Open this page in Chrome'],
])('a browser that %s', async (_, lacks, code, words) => {
	const page = await visit(browser, { url: server.url(), width: 360, height: 740 });
	await page.evaluate(lacks);
	await page.getByTestId('call').click();
	await told(page, code, words);
	await picture(page, `phone-refused-${code}`);
	expect(server.asked).toEqual([]);
	await leave(page);
});

test.each([
	['Permission denied by system', 'privacy settings of your system'],
	['Permission dismissed', 'choose “Allow”'],
])('a microphone that is refused with "%s"', async (message, words) => {
	const page = await visit(browser, { url: server.url(), width: 360, height: 740 });
	await page.evaluate(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('${message}', 'NotAllowedError'); }`);
	await page.getByTestId('call').click();
	await told(page, 'PAGE_MICROPHONE_BLOCKED', words);
	await picture(page, `phone-refused-${message.split(' ').at(-1)}`);
	await leave(page);
});

test('a microphone that is unplugged in mid-call is told, and the call stays', async () => {
	const page = await visit(browser, { url: server.url() });
	await callsAgain(page);
	await page.evaluate(`voiceLoop.pc.getSenders()[0].track.dispatchEvent(new Event('ended'))`);
	await page.locator('[data-testid=error][data-code=PAGE_MICROPHONE_ENDED]').waitFor();
	await shows(page, 'listening');
	await leave(page);
});

test('another microphone can be chosen without ending the call', async () => {
	const page = await visit(browser, { url: server.url() });
	await callsAgain(page);
	const options = page.getByTestId('device').locator('option');
	expect(await options.count()).toBeGreaterThan(1);
	const other = (await options.last().getAttribute('value')) ?? '';
	await page.getByTestId('device').selectOption(other);
	await becomes(page, 'voiceLoop.pc.getSenders()[0].track.getSettings().deviceId', other);
	await shows(page, 'listening');
	expect(server.asked.map(({ method }) => method)).toEqual(['POST']);
	await leave(page);
});
