// Guards against: a download that goes past the proxy where only the proxy may be reached, or through it where it must
// not; a password in an error; and a Node that ignores the proxy without a word. Tunnels: see cli/models.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Models } from '../models';
import { enoughFor, ownCatalogue, type OwnModel, serveModels } from '../own-catalogue.fixture';
import { knowsProxies, openAgents } from './proxies';
import { Hub, hubModelBytes, testLimits } from './hub.fixture';
import { Proxy } from './proxy.fixture';

const all: OwnModel[] = [{ id: 'small', files: { 'small.gguf': hubModelBytes(100_000) } }];

let folder: string;
let hub: Hub;
let proxy: Proxy;
async function ensure(env: Record<string, string>) {
	const own = ownCatalogue(folder, all, [{ base: hub.base, publisher: true }]);
	return await new Models({ ...own, ...env }, { probe: enoughFor, limits: testLimits() }).ensure('small');
}

beforeEach(async () => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-proxy-'));
	hub = await Hub.open(serveModels(all));
	proxy = await Proxy.open();
});
afterEach(async () => {
	await hub.close();
	await proxy.close();
	rmSync(folder, { recursive: true });
});

it.each(['HTTP_PROXY', 'http_proxy'])('goes through %s', async (name) => {
	await ensure({ [name]: `http://${proxy.address}` });
	expect(proxy.asked).toEqual([`GET ${hub.base}/someone/small/resolve/main/small.gguf`]);
	expect(hub.requests).toHaveLength(1);
});

it('shows the proxy the name and the password that its address holds', async () => {
	proxy.wants = `Basic ${Buffer.from('me:secret').toString('base64')}`;
	await ensure({ HTTP_PROXY: `http://me:secret@${proxy.address}` });
	expect(hub.requests[0]?.headers['proxy-authorization']).toBe(proxy.wants);
});

it('goes past it to hosts of NO_PROXY', async () => {
	await ensure({ HTTP_PROXY: `http://${proxy.address}`, NO_PROXY: 'example.org,127.0.0.1' });
	expect(proxy.asked).toEqual([]);
});

it('tells of a proxy that refuses, and never its password', async () => {
	proxy.wants = 'Basic other';
	await expect(ensure({ HTTP_PROXY: `http://me:secret@${proxy.address}` })).rejects.toMatchObject({
		code: 'VOICE_ERR_DOWNLOAD_FAILED',
		message: expect.stringMatching(/the proxy refuses \(407\)/),
	});
	await expect(ensure({ HTTP_PROXY: `http://me:secret@${proxy.address}` })).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
	expect(hub.requests).toEqual([]);
});

it('tells of a proxy that is not there, by its address', async () => {
	const { address } = proxy;
	await proxy.close();
	await expect(ensure({ HTTP_PROXY: `http://${address}` })).rejects.toMatchObject({ message: expect.stringContaining(`ECONNREFUSED at ${address}`) });
	proxy = await Proxy.open();
});

it('is refused by a Node that would ignore it', () => {
	expect(['20.20.2', '22.20.0', '24.4.9', '23.11.0'].map(knowsProxies)).toEqual([false, false, false, false]);
	expect(['22.21.0', '24.5.0', '24.11.1', '25.0.0'].map(knowsProxies)).toEqual([true, true, true, true]);
	expect(() => openAgents({ HTTPS_PROXY: 'http://proxy' }, '20.20.2')).toThrow(/Node 20\.20\.2 cannot go through/);
	openAgents({ NO_PROXY: 'localhost' }, '20.20.2').close();
});
