// Guards against a runtime that only localhost can reach: TLS by files, and nginx in front of it with TLS under a path prefix.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import WebSocket from 'ws';
import { TriggerStream } from '../../runtime/client/trigger-stream';
import { VoiceRuntime, fixedLocator } from '../../runtime/client/voice-runtime';
import { type Gateway, openGateway } from '../../runtime/gateway/gateway';
import { createHttpServer } from '../../runtime/gateway/http/http-server';
import { optionsFrom } from '../../runtime/gateway/options';
import { openLog } from '../../runtime/lib/log';
import { Authority } from './authority';
import { Nginx } from './nginx';
import { testWith } from './programs';

/** A child of the gateway that has nothing to do: calls are others' tests. */
const PROGRAM = `
	process.on('disconnect', () => process.exit(0));
	process.on('message', ({ kind, id }) => kind === 'call' && process.send({ kind: 'result', id, value: { stuckMs: 0 } }, () => undefined));`;
const KEY = 'k'.repeat(40);

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-proxy-'));
let authority: Authority | undefined;
let gateway: Gateway | undefined;
let nginx: Nginx | undefined;

beforeAll(() => {
	for (const child of ['media', 'inference']) {
		mkdirSync(path.join(folder, child));
		writeFileSync(path.join(folder, child, 'main.js'), PROGRAM);
	}
});
afterEach(async () => {
	await nginx?.stop();
	await gateway?.close();
	gateway = undefined;
	nginx = undefined;
});
afterAll(() => {
	authority?.remove();
	rmSync(folder, { recursive: true, force: true });
});

/** Its certificate is trusted by this process from here on. */
function trusted(): Authority {
	if (authority) return authority;
	authority = new Authority('DNS:localhost', 'IP:127.0.0.1');
	tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(authority.authority, 'utf8')]);
	return authority;
}

async function open(env: NodeJS.ProcessEnv): Promise<Gateway> {
	const options = optionsFrom({ VOICE_LOOP_KEY: KEY, VOICE_LOOP_LOG: 'silent', VOICE_LOOP_MEDIA_PROCESSES: '1', VOICE_LOOP_DATA: path.join(folder, 'data'), ...env });
	return await openGateway({ ...options, runtimeDir: folder });
}

/** What nodes do at a runtime: requests, and the trigger's stream. */
async function expectServes(at: string): Promise<void> {
	const locator = fixedLocator({ url: at, key: KEY });
	expect(await new VoiceRuntime(locator).health()).toMatchObject({ ok: true });
	await expect(new VoiceRuntime(fixedLocator({ url: at, key: 'x'.repeat(40) })).health()).rejects.toMatchObject({ code: 'VOICE_ERR_UNAUTHORIZED' });
	expect(gateway?.inUse()).toBe(false);
	const stream = new TriggerStream({ locator, workflowId: 'w', node: 'n', onEvent: async () => undefined, agent: () => undefined, log: () => undefined });
	while (!gateway?.inUse()) await new Promise((resolve) => setTimeout(resolve, 20));
	stream.close();
	while (gateway.inUse()) await new Promise((resolve) => setTimeout(resolve, 20));
}

testWith('openssl')('TLS by certificate files; nodes on this machine find the runtime all the same', async () => {
	const { cert, key } = trusted();
	gateway = await open({ VOICE_LOOP_TLS_CERT: cert, VOICE_LOOP_TLS_KEY: key });
	expect(gateway.tlsUrl).toMatch(/^https:/);
	expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
	await expectServes(gateway.tlsUrl ?? '');
	await expectServes(gateway.url);
	const socket = new WebSocket(`${gateway.tlsUrl?.replace('https', 'ws')}/v1/triggers`);
	const [error] = (await once(socket, 'error')) as [Error];
	expect(error.message).toMatch(/socket hang up|Unexpected server response|ECONNRESET/);
});

testWith('openssl')('a certificate that cannot be used is named before anything starts', async () => {
	const { cert, key, authority: other } = trusted();
	const attempt = async (change: NodeJS.ProcessEnv): Promise<unknown> => await open({ VOICE_LOOP_TLS_CERT: cert, VOICE_LOOP_TLS_KEY: key, ...change }).catch((error: unknown) => error);
	expect(await attempt({ VOICE_LOOP_TLS_KEY: '' })).toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining('VOICE_LOOP_TLS_KEY is not') });
	expect(await attempt({ VOICE_LOOP_TLS_CERT: '/nowhere.pem' })).toMatchObject({ message: expect.stringMatching(/\/nowhere\.pem \(VOICE_LOOP_TLS_CERT\).*does not exist/) });
	expect(await attempt({ VOICE_LOOP_TLS_CERT: key })).toMatchObject({ message: expect.stringContaining('it is not a certificate') });
	expect(await attempt({ VOICE_LOOP_TLS_KEY: cert })).toMatchObject({ message: expect.stringContaining('it is not a private key') });
	expect(await attempt({ VOICE_LOOP_TLS_CERT: other })).toMatchObject({ message: expect.stringContaining('it is not the key of the certificate') });
});

testWith('nginx', 'openssl')('nginx in front of it, with TLS under a path prefix', async () => {
	gateway = await open({});
	nginx = await Nginx.start(
		trusted(),
		`location /voice-runtime/ {
			proxy_pass ${gateway.url}/;
			proxy_http_version 1.1;
			proxy_set_header Host $host;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection $connection_upgrade;
			proxy_set_header X-Forwarded-For $remote_addr;
			proxy_set_header X-Forwarded-Proto $scheme;
			proxy_read_timeout 1h;
		}`,
	);
	await expectServes(`https://localhost:${nginx.port}/voice-runtime`);
	await expectServes(`https://localhost:${nginx.port}/voice-runtime/`);
});

test('forwarded headers count from proxies that are named, and from nobody else', async () => {
	const seen = async (trustedProxies: string[]): Promise<unknown> => {
		const app = createHttpServer(KEY, openLog('silent'), { trustedProxies });
		app.get('/seen', async ({ ip, protocol }) => ({ ip, protocol }));
		const url = await app.listen({ host: '127.0.0.1', port: 0 });
		const answer = await fetch(`${url}/seen`, { headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' } });
		const body: unknown = await answer.json();
		await app.close();
		return body;
	};
	expect(await seen([])).toEqual({ ip: '127.0.0.1', protocol: 'http' });
	expect(await seen(['10.0.0.0/8'])).toEqual({ ip: '127.0.0.1', protocol: 'http' });
	expect(await seen(['127.0.0.1'])).toEqual({ ip: '203.0.113.9', protocol: 'https' });
	expect(await seen(['loopback'])).toEqual({ ip: '203.0.113.9', protocol: 'https' });
});
