// Guards against: a model that is fetched though the network is forbidden, nobody accepted its licence or the disk is
// full; one that is fetched twice; a lost download; and a mirror that is asked in the wrong order.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { answer, Hub, inTurn, hubModelBytes, type Reaction, testLimits } from './download/hub.fixture';
import type { DownloadLimits } from './download/limits';
import { LockFile } from '../../lib/lock-file';
import type { ModelProgress } from './download/progress';
import { Models } from './models';
import { enoughFor, ownCatalogue, type OwnModel, serveModels } from './own-catalogue.fixture';

const LENGTH = 200_000;
const content = hubModelBytes(LENGTH);
const small: OwnModel = { id: 'small', files: { 'small.gguf': content } };
const gated: OwnModel = { id: 'gated', files: { 'gated.gguf': content }, licence: 'llama3.2' };
const voice: OwnModel = { id: 'voice', task: 'voice', files: { 'model.onnx': content, 'data/dict': hubModelBytes(90_000, 2), 'tokens.txt': hubModelBytes(500, 3) } };
const all = [small, gated, voice];

let folder: string;
let env: Record<string, string>;
const hubs: Hub[] = [];

async function hub(react: Reaction = serveModels(all)): Promise<Hub> {
	const made = await Hub.open(react);
	hubs.push(made);
	return made;
}
function models(more: Record<string, string> = {}, limits = testLimits()): Models {
	return new Models({ ...env, ...more }, { probe: enoughFor, limits });
}
/** Waits for a silent server, and reports every piece. */
function patient(): DownloadLimits {
	let clock = 0;
	return { ...testLimits(), stallMs: 20_000, now: () => (clock += 1000) };
}
function mirrors(...servers: Hub[]) {
	return servers.map(({ base }) => ({ base, publisher: true }));
}
function use(...servers: Hub[]): void {
	env = ownCatalogue(folder, all, mirrors(...servers));
}
function stored(name: string): string {
	return path.join(folder, 'store', name);
}

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-models-'));
});
afterEach(async () => {
	for (const each of hubs.splice(0)) await each.close();
	rmSync(folder, { recursive: true, force: true });
});

describe('ensure', () => {
	it('brings all files of a model, says how far it is, and asks for nothing the second time', async () => {
		const server = await hub();
		use(server);
		const seen: ModelProgress[] = [];
		const here = await models().ensure('voice', { onProgress: (progress) => seen.push(progress) });
		expect(here).toEqual({ id: 'voice', path: stored('voice'), bytes: LENGTH + 90_500 });
		expect(readFileSync(stored('voice/model.onnx')).equals(content)).toBe(true);
		expect(seen.at(-1)).toMatchObject({ id: 'voice', bytes: LENGTH + 90_500, total: LENGTH + 90_500 });
		expect(seen.map(({ bytes }) => bytes)).toEqual(seen.map(({ bytes }) => bytes).sort((a, b) => a - b));
		expect(existsSync(stored('voice.lock'))).toBe(false);
		expect(await models().ensure('voice')).toEqual(here);
		expect(server.requests).toHaveLength(3);
	});

	it('fetches only what is missing or has another size', async () => {
		const server = await hub();
		use(server);
		await models().ensure('voice');
		rmSync(stored('voice/tokens.txt'));
		writeFileSync(stored('voice/data/dict'), 'short');
		await models().ensure('voice');
		expect(server.requests.slice(3).map(({ url }) => url?.split('/').at(-1))).toEqual(['dict', 'tokens.txt']);
		expect((await models().store.verify('voice')).map(({ verdict }) => verdict)).toEqual(['good', 'good', 'good']);
	});

	it('refuses an unknown id, and one that is a path', async () => {
		use(await hub());
		for (const id of ['gpt', '../small', '/etc/passwd']) {
			await expect(models().ensure(id)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		}
	});

	it('asks several mirrors in order', async () => {
		const [own, first, second] = [await hub(answer(500)), await hub(answer(404)), await hub()];
		use(first, second);
		const { path: file } = await models({ VOICE_LOOP_MODEL_MIRRORS: own.base }).ensure('small');
		expect(readFileSync(file).equals(content)).toBe(true);
		expect([own, first, second].map(({ requests }) => requests.length)).toEqual([3, 1, 1]);
	});

	it.each([1, 65_536, 70_000, LENGTH - 1])('stopped after %i bytes goes on there', async (upTo) => {
		const server = await hub(serveModels(all, { upTo }));
		use(server);
		const stop = new AbortController();
		const fetching = models({}, patient()).ensure('small', {
			signal: stop.signal,
			onProgress: ({ bytes }) => {
				if (bytes === upTo) stop.abort(new Error('enough'));
			},
		});
		await expect(fetching).rejects.toThrow('enough');
		expect(await models().begun(models().catalogue.model('small'))).toBe(upTo);
		expect(existsSync(stored('small.lock'))).toBe(false);
		server.react = serveModels(all);
		await models().ensure('small');
		expect(server.asked.map((line) => line.split(' ')[1])).toEqual(['whole', `bytes=${upTo}-`]);
	});

	it('stops before it begins where it was cancelled before', async () => {
		const server = await hub();
		use(server);
		await expect(models().ensure('small', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
		expect(server.requests).toEqual([]);
	});
});

describe('two that want the same model', () => {
	it('fetch it once, and both have it', async () => {
		const server = await hub();
		use(server);
		const [one, two] = await Promise.all([models().ensure('voice'), models().ensure('voice')]);
		expect(one).toEqual(two);
		expect(server.requests).toHaveLength(3);
	});

	it('where the first gives up, the second goes on from there', async () => {
		const server = await hub(serveModels(all, { upTo: 70_000 }));
		use(server);
		const stop = new AbortController();
		let first: Promise<unknown> = Promise.resolve();
		await new Promise<void>((resolve) => {
			first = models({}, patient()).ensure('small', { signal: stop.signal, onProgress: ({ bytes }) => bytes === 70_000 && resolve() });
			first.catch(() => undefined);
		});
		const waited: ModelProgress[] = [];
		const second = models({}, patient()).ensure('small', {
			onProgress: (progress) => {
				waited.push(progress);
				server.react = serveModels(all);
				stop.abort(new Error('enough'));
			},
		});
		await expect(first).rejects.toThrow('enough');
		expect((await second).bytes).toBe(LENGTH);
		expect(waited[0]).toMatchObject({ waitingFor: process.pid, bytes: 70_000 });
		expect(server.asked.map((line) => line.split(' ')[1])).toEqual(['whole', 'bytes=70000-']);
	});
});

describe('licences', () => {
	it('that must be accepted keep a model from being fetched until somebody does', async () => {
		const server = await hub();
		use(server);
		await expect(models().ensure('gated')).rejects.toMatchObject({
			code: 'VOICE_ERR_LICENCE',
			message: expect.stringContaining('https://example.org/llama'),
			remedy: expect.stringContaining('voice-loop models fetch gated'),
		});
		await expect(models({ VOICE_LOOP_ACCEPT_LICENCES: 'llama3.1' }).ensure('gated')).rejects.toMatchObject({ code: 'VOICE_ERR_LICENCE' });
		expect(server.requests).toEqual([]);
		await models({ VOICE_LOOP_ACCEPT_LICENCES: 'llama3.1, llama3.2' }).ensure('gated');
		await models().remove('gated');
		await models().ensure('gated', { licenceAccepted: true });
	});

	const wantsToken: Reaction = (request, response, count) => {
		const react = request.headers.authorization === 'Bearer good' ? serveModels(all) : answer(request.headers.authorization ? 403 : 401);
		react(request, response, count);
	};

	it.each<Record<string, string>>([{}, { HF_TOKEN: 'bad' }])('of a gated model are asked for with %j, at once', async (token) => {
		const server = await hub(wantsToken);
		use(server);
		await expect(models(token).ensure('small')).rejects.toMatchObject({
			code: 'VOICE_ERR_LICENCE',
			message: expect.stringMatching(/refused access \(40[13]\)/),
			remedy: expect.stringContaining('HF_TOKEN'),
		});
		expect(server.requests).toHaveLength(1);
	});

	it('of a gated model are shown by the token', async () => {
		use(await hub(wantsToken));
		await models({ HF_TOKEN: 'good' }).ensure('small');
	});

	it('go with the token to the hub, and not to the storage it redirects to', async () => {
		const storage = await hub();
		const server = await hub((request, response) => void response.writeHead(302, { location: `${storage.base}${request.url}` }).end());
		use(server);
		await models({ HF_TOKEN: 'good' }).ensure('small');
		expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer good']);
		expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
	});
});

describe('what keeps a model from being fetched', () => {
	it('is a disk without room for all of it: nothing is asked for', async () => {
		const server = await hub();
		use(server);
		const nearlyFull = { ...testLimits(), freeBytes: async () => LENGTH + 64 * 1024 * 1024 + 90_499 };
		await expect(models({}, nearlyFull).ensure('voice')).rejects.toMatchObject({ code: 'VOICE_ERR_DISK_FULL', message: expect.stringContaining(stored('voice')) });
		expect(server.requests).toEqual([]);
		await models({}, { ...nearlyFull, freeBytes: async () => LENGTH + 64 * 1024 * 1024 + 90_500 }).ensure('voice');
	});

	it('is the word that this machine is offline: the error says which files to put where', async () => {
		const server = await hub();
		use(server);
		const offline = models({ VOICE_LOOP_OFFLINE: '1' });
		await expect(offline.ensure('voice')).rejects.toMatchObject({
			code: 'VOICE_ERR_OFFLINE',
			remedy: expect.stringContaining(`- ${stored('voice/data/dict')}  from ${server.base}/someone/voice/resolve/main/data/dict`),
		});
		expect(server.requests).toEqual([]);
		await models({ VOICE_LOOP_OFFLINE: '0' }).ensure('voice');
		expect((await offline.ensure('voice')).path).toBe(stored('voice'));
		expect(server.requests).toHaveLength(3);
	});

	it.each<[string, Reaction, string, RegExp]>([
		['truncates', (_, response) => void response.writeHead(200, { 'content-length': '100' }).end(content.subarray(0, 100)), 'VOICE_ERR_DOWNLOAD_FAILED', /should have 200000/],
		['corrupts', (_, response) => void response.end(hubModelBytes(LENGTH, 9)), 'VOICE_ERR_DOWNLOAD_FAILED', /wrong checksum/],
		['stalls', () => undefined, 'VOICE_ERR_DOWNLOAD_FAILED', /no answer within/],
		['asks to wait for ever', answer(429), 'VOICE_ERR_DOWNLOAD_FAILED', /asks us to wait/],
		['is out of order', answer(500), 'VOICE_ERR_DOWNLOAD_FAILED', /server error/],
		['has no such file', answer(404), 'VOICE_ERR_DOWNLOAD_FAILED', /no such file/],
	])('is a server that %s; the next fetch is not in the way of the last', async (_, react, code, message) => {
		const server = await hub(react);
		use(server);
		await expect(models().ensure('small')).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
		expect(await models().store.find('small')).toBeUndefined();
		server.react = serveModels(all);
		expect((await models().ensure('small')).bytes).toBe(LENGTH);
	});

	it('is not one bad moment of the server', async () => {
		use(await hub(inTurn(answer(429), answer(500), serveModels(all))));
		await models().ensure('small');
	});
});

describe('remove', () => {
	it('takes a model away, and what was begun of one', async () => {
		use(await hub());
		await models().ensure('small');
		expect(await models().remove('small')).toBe(true);
		expect(existsSync(stored('small'))).toBe(false);
		expect(await models().remove('small')).toBe(false);
		await expect(models().remove('gpt')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});

	it('leaves a model alone that is being fetched', async () => {
		use(await hub());
		await models().ensure('small');
		const lock = await LockFile.take(stored('small.lock'));
		if (!(lock instanceof LockFile)) throw new Error('not taken');
		await expect(models().remove('small')).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining(String(process.pid)) });
		await lock.release();
		expect(await models().remove('small')).toBe(true);
	});
});
