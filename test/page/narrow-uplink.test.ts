// Guards against: a caller's network too narrow for their voice, which the page floods until nobody understands them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeWav } from '../../runtime/audio/wav';
import { UdpProxy } from '../link/udp-proxy';
import { speech } from '../media/speech';
import { launch, leave, shows, visit } from './browser';
import { greeting } from './dialogue';
import { PageServer } from './page-server';

jest.setTimeout(120_000);

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-uplink-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('less is sent, the queue goes and stays gone, the voice still arrives; and the call comes back with what was learnt', async () => {
	// Chromium says it again and again.
	const voice = path.join(folder, 'voice.wav');
	writeFileSync(voice, encodeWav([speech('I would like to move my appointment from Friday to Monday, some time in the afternoon if you can.')], 16_000));
	const [browser, server] = await Promise.all([launch(`--use-file-for-fake-audio-capture=${voice}`), PageServer.start()]);
	const network = await UdpProxy.open();
	server.network = network;
	const page = await visit(browser, { url: server.url() });
	try {
		await page.getByTestId('call').click();
		await server.channelOpen();
		server.say(...greeting);
		await shows(page, 'listening');
		await sleep(3000);
		network.up.kbit = 30;
		while (network.up.queueMs < 500) await sleep(20);
		for (let gone = 0; gone < 50; ) {
			await sleep(100);
			gone = network.up.queueMs < 300 ? gone + 1 : 0;
		}
		server.loudness = 0;
		while (server.loudness < 0.01) await sleep(20);

		// A connection of its own: it does not begin with too much.
		const posts = server.asked.length;
		server.say({ type: 'link.lost' });
		while (server.asked.length === posts) await sleep(20);
		await shows(page, 'listening');
		const [from, before] = [performance.now(), network.up.passed];
		await sleep(3000);
		expect(((network.up.passed - before) * 1000) / (performance.now() - from)).toBeLessThan(40);
	} finally {
		await leave(page);
		await browser.close();
		await server.stop();
		network.close();
	}
});
