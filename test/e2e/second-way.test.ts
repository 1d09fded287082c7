// Guards against: captions that are lost, doubled or out of order when the page changes from its WebSocket to n8n's webhook and back in mid-call.
import path from 'node:path';
import type { Page } from 'playwright-core';
import { speech } from '../media/speech';
import { events, until, untilTurns } from './browser-caller';
import { SpeakingCaller } from './speaking-caller';

let caller: SpeakingCaller;
let page: Page;

beforeAll(async () => {
	const said = [8_000, 26_000, 44_000].map((atMs) => ({ atMs, pcm: speech('hello', 'en-us+f4') }));
	caller = await SpeakingCaller.call(said, { totalMs: 120_000, pageScript: path.join(__dirname, 'cuttable-page.js') });
	({ page } = caller);
}, 300_000);

afterAll(async () => await caller?.end());

const way = (expected: string) => `window.voiceLoop.way === '${expected}'`;

test('over the socket, then over n8n\'s webhook, then over the socket again: every turn is shown, once', async () => {
	await until(page, way('socket'));
	await untilTurns(page, 1);
	await page.evaluate('window.cut.barred = true; window.cut.sockets.at(-1).close()');
	await until(page, way('http'));
	await untilTurns(page, 2);
	expect(await page.evaluate(way('http'))).toBe(true);
	await page.evaluate('window.cut.barred = false');
	await until(page, way('socket'));
	await untilTurns(page, 3);

	const told = await events(page);
	const turns = told.filter(({ type }) => type === 'turn.finished');
	expect(turns).toHaveLength(3);
	const finals = told.flatMap((event) => (event.type === 'caption.final' ? [event.turnId] : []));
	const heard = told.flatMap((event) => (event.type === 'reply.heard' && event.turnId !== undefined ? [event.turnId] : []));
	expect([new Set(finals).size, heard.length, told.filter(({ type }) => type === 'session.started').length]).toEqual([3, 3, 1]);
	expect(heard).toEqual([...new Set(finals)]);
	const captions = await page.getByTestId('caller-caption').allInnerTexts();
	expect(captions).toEqual(['hello', 'hello', 'hello']);
});
