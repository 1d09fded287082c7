// Guards against: a damaged, mixed, truncated or foreign file that passes for a model, a download that begins anew
// though most of it is there, one that hangs for ever, and a token that reaches a host it is not meant for.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readReceipt } from '../store/store';
import type { Address } from './addresses';
import { type Agents, openAgents } from './proxies';
import { downloadFile, type FileDownload } from './download-file';
import { answer, catalogueFile, Hub, inTurn, hubModelBytes, type Reaction, serveHub, sha256, testLimits } from './hub.fixture';

const LENGTH = 300_000;
const content = hubModelBytes(LENGTH);
const other = hubModelBytes(LENGTH, 2);

let folder: string;
let target: string;
let agents: Agents;
const hubs: Hub[] = [];

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-download-'));
	target = path.join(folder, 'sub', 'model.gguf');
	agents = openAgents({});
});

afterEach(async () => {
	agents.close();
	for (const hub of hubs.splice(0)) await hub.close();
	rmSync(folder, { recursive: true, force: true });
});

async function hub(react?: Reaction): Promise<Hub> {
	const made = await Hub.open(react);
	hubs.push(made);
	return made;
}

function addressOf(server: Hub, token?: string): Address {
	return { url: `${server.base}/model.gguf`, ...(token === undefined ? {} : { token }) };
}

function fetchFrom(addresses: readonly Address[], more: Partial<FileDownload> = {}) {
	return downloadFile({
		file: catalogueFile(content),
		target,
		addresses,
		agents,
		limits: testLimits(),
		signal: new AbortController().signal,
		onBytes: () => undefined,
		stillOurs: async () => undefined,
		...more,
	});
}

const unknownSum = catalogueFile(content, { bytes: null, aboutBytes: LENGTH, sha256: null });

/** Breaks the connections when that much is on the disk: a server cannot know how much of what it sent has arrived. */
function cutAt(...positions: number[]) {
	return (bytes: number): void => {
		if (positions.includes(bytes)) for (const server of hubs) server.cut();
	};
}

/** Nothing but what was asked for may be left. */
function expectWhole(wanted: Buffer = content): void {
	expect(sha256(readFileSync(target))).toBe(sha256(wanted));
	expect(existsSync(`${target}.part`)).toBe(false);
	expect(existsSync(`${target}.json-part`)).toBe(false);
}

function expectNothing(): void {
	expect(existsSync(target)).toBe(false);
}

test('brings a file, its receipt and its progress', async () => {
	const server = await hub(serveHub(content));
	const seen: number[] = [];
	const receipt = await fetchFrom([addressOf(server)], { onBytes: (bytes) => seen.push(bytes) });
	expectWhole();
	expect(receipt).toMatchObject({ bytes: LENGTH, sha256: sha256(content), checked: true, from: new URL(server.base).host });
	expect(await readReceipt(target)).toEqual(receipt);
	expect(seen.at(-1)).toBe(LENGTH);
	expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

describe('a connection that ends too soon', () => {
	it.each([
		['breaks', cutAt(100_000)],
		['stalls', () => undefined],
	])('because it %s is resumed where it stopped', async (_, onBytes) => {
		const server = await hub(inTurn(serveHub(content, { upTo: 100_000 }), serveHub(content)));
		await fetchFrom([addressOf(server)], { onBytes });
		expectWhole();
		expect(server.asked).toEqual(['/model.gguf whole', '/model.gguf bytes=100000-']);
		expect(server.requests[1]?.headers['if-range']).toBe(`"${sha256(content).slice(0, 16)}"`);
	});

	it('is resumed as often as it brings something new', async () => {
		const steps = Array.from({ length: 9 }, (_, index) => (index + 1) * 30_000);
		const server = await hub(inTurn(...steps.map((upTo) => serveHub(content, { upTo })), serveHub(content)));
		await fetchFrom([addressOf(server)], { onBytes: cutAt(...steps) });
		expectWhole();
		expect(server.requests).toHaveLength(10);
	});

	it('begins anew at a server that knows no ranges, and gives up when that never ends', async () => {
		const noRanges: Reaction = (request, response, count) => {
			delete request.headers.range;
			serveHub(content, count < 2 ? { upTo: 100_000 } : {})(request, response, count);
		};
		await fetchFrom([addressOf(await hub(noRanges))], { onBytes: cutAt(100_000) });
		expectWhole();
		rmSync(target);
		const never = await hub((request, response, count) => {
			delete request.headers.range;
			serveHub(content, { upTo: 100_000 })(request, response, count);
		});
		const endless = fetchFrom([addressOf(never)], { onBytes: cutAt(100_000) });
		await expect(endless).rejects.toMatchObject({ code: 'VOICE_ERR_DOWNLOAD_FAILED' });
		expect(never.requests).toHaveLength(3);
		expectNothing();
	});

	it('goes on at the next mirror where a checksum tells whether the parts fit', async () => {
		const first = await hub(inTurn(serveHub(content, { upTo: 100_000 }), answer(404)));
		const second = await hub(serveHub(content, { etag: '"another"' }));
		await fetchFrom([addressOf(first), addressOf(second)], { onBytes: cutAt(100_000) });
		expectWhole();
		expect(second.asked).toEqual(['/model.gguf bytes=100000-']);
		expect(second.requests[0]?.headers['if-range']).toBeUndefined();
	});

	it('begins anew at the next mirror where nothing could tell', async () => {
		const first = await hub(inTurn(serveHub(other, { upTo: 100_000 }), answer(404)));
		const second = await hub(serveHub(content));
		await fetchFrom([addressOf(first), addressOf(second)], { file: unknownSum, onBytes: cutAt(100_000) });
		expectWhole();
		expect(second.asked).toEqual(['/model.gguf whole']);
	});

	it('ends in a typed error when no answer ever comes', async () => {
		const server = await hub(() => undefined);
		await expect(fetchFrom([addressOf(server)])).rejects.toThrow(/no answer within/);
		expect(server.requests).toHaveLength(3);
	});
});

describe('a file that changes between two ranges', () => {
	it('is taken whole in its new form when the server honours If-Range', async () => {
		const server = await hub(inTurn(serveHub(other, { upTo: 100_000 }), serveHub(content)));
		await fetchFrom([addressOf(server)], { file: unknownSum, onBytes: cutAt(100_000) });
		expectWhole();
	});

	it('is begun anew after the checksum when the server does not', async () => {
		const careless: Reaction = (request, response, count) => {
			delete request.headers['if-range'];
			serveHub(content)(request, response, count);
		};
		const server = await hub(inTurn(serveHub(other, { upTo: 100_000 }), careless));
		await fetchFrom([addressOf(server)], { onBytes: cutAt(100_000) });
		expectWhole();
		expect(server.asked).toEqual(['/model.gguf whole', '/model.gguf bytes=100000-', '/model.gguf whole']);
	});

	it('is begun anew when it has become shorter, or another range comes than was asked for', async () => {
		const wrong = answer(206, { 'content-range': `bytes 0-${LENGTH - 1}/${LENGTH}` }, content);
		const server = await hub(inTurn(serveHub(content, { upTo: 100_000 }), answer(416), serveHub(content, { upTo: 90_000 }), wrong, serveHub(content)));
		await fetchFrom([addressOf(server)], { onBytes: cutAt(100_000, 90_000) });
		expectWhole();
		expect(server.asked.map((line) => line.split(' ')[1])).toEqual(['whole', 'bytes=100000-', 'whole', 'bytes=90000-', 'whole']);
	});
});

describe('what is no model', () => {
	const flipped = Buffer.from(content);
	flipped[200_000] = (flipped[200_000] ?? 0) ^ 1;
	const html = '<!DOCTYPE html><html><body>Please log in to the hotel\'s network</body></html>';

	it.each<[string, Reaction, RegExp]>([
		['one damaged bit', serveHub(flipped), /wrong checksum/],
		['a web page', answer(200, { 'content-type': 'text/html; charset=utf-8' }, html), /web page/],
		['a web page that says it is a file', answer(200, { 'content-type': 'application/octet-stream', 'content-length': String(LENGTH) }, Buffer.from(html.padEnd(LENGTH))), /web page/],
		['a Git LFS pointer of the right size', answer(200, {}, Buffer.from('version https://git-lfs.github.com/spec/v1\n'.padEnd(LENGTH))), /LFS pointer/],
		['a file of another kind', serveHub(Buffer.concat([Buffer.from('PK34'), content.subarray(4)])), /not a GGUF/],
		['a shorter file', serveHub(content.subarray(0, LENGTH - 1)), /should have 300000/],
		['an endless file', (_, response) => void response.writeHead(200).end(Buffer.concat([content, content])), /more than the expected 300000 bytes/],
		['a packed file', answer(200, { 'content-encoding': 'gzip' }, gzipSync(content)), /compressed \(gzip\)/],
	])('%s is refused, and the next mirror asked', async (_, bad, reason) => {
		const first = await hub(bad);
		await expect(fetchFrom([addressOf(first)])).rejects.toThrow(reason);
		expectNothing();
		const second = await hub(serveHub(content));
		await fetchFrom([addressOf(first), addressOf(second)]);
		expectWhole();
	});

	it('is told by the MD5 too, where the publisher says no more', async () => {
		const file = catalogueFile(content, { sha256: null, md5: createHash('md5').update(content).digest('hex') });
		const first = await hub(serveHub(flipped));
		await expect(fetchFrom([addressOf(first)], { file })).rejects.toThrow(/wrong checksum/);
		expectNothing();
		const second = await hub(serveHub(content));
		await expect(fetchFrom([addressOf(second)], { file })).resolves.toMatchObject({ checked: true });
		expectWhole();
	});

	it('is also refused by its rough size where no exact one is known', async () => {
		const server = await hub(serveHub(content.subarray(0, 150_000)));
		await expect(fetchFrom([addressOf(server)], { file: unknownSum })).rejects.toThrow(/about 300000/);
		expectNothing();
	});
});

describe('a server that refuses', () => {
	it.each([
		[404, 1, /no such file/],
		[410, 1, /no such file/],
		[418, 1, /answered with status 418/],
		[429, 3, /asks us to wait/],
		[500, 3, /server error \(500\)/],
		[503, 3, /server error \(503\)/],
	])('with %i is asked %i times, then the next mirror', async (status, times, reason) => {
		const first = await hub(answer(status));
		await expect(fetchFrom([addressOf(first)])).rejects.toMatchObject({ code: 'VOICE_ERR_DOWNLOAD_FAILED', message: expect.stringMatching(reason) });
		expect(first.requests).toHaveLength(times);
		await fetchFrom([addressOf(first), addressOf(await hub(serveHub(content)))]);
		expectWhole();
	});

	it.each([401, 403])('with %i on every mirror asks for the licence, and is not asked again', async (status) => {
		const server = await hub(answer(status));
		await expect(fetchFrom([addressOf(server, 'hf_secret')])).rejects.toMatchObject({
			code: 'VOICE_ERR_LICENCE',
			message: expect.not.stringContaining('hf_secret'),
			remedy: expect.stringContaining('HF_TOKEN'),
		});
		expect(server.requests).toHaveLength(1);
	});

	it('is given the time that it asks for, but not for ever, and each time more', async () => {
		const waits: number[] = [];
		const reactions = [answer(429, { 'retry-after': '7' }), answer(503, { 'retry-after': '100000' }), serveHub(content)];
		await fetchFrom([addressOf(await hub(inTurn(...reactions)))], { limits: testLimits(waits) });
		expect(waits).toEqual([7000, 60_000]);
		const short: number[] = [];
		await fetchFrom([addressOf(await hub(inTurn(answer(500), answer(500), serveHub(content))))], { limits: testLimits(short), target: `${target}.2` });
		expect(short).toEqual([1000, 2000]);
	});

	it('is not there at all: the error names every address, its reason and the way by hand', async () => {
		const gone = await hub();
		const address = addressOf(gone);
		await gone.close();
		await expect(fetchFrom([address, addressOf(await hub())])).rejects.toMatchObject({
			code: 'VOICE_ERR_DOWNLOAD_FAILED',
			message: expect.stringMatching(/ECONNREFUSED\)\n.*no such file/),
			remedy: expect.stringContaining(`put it at ${target}`),
		});
	});
});

describe('a redirection', () => {
	it('to another host is followed without the token', async () => {
		const storage = await hub(serveHub(content));
		const server = await hub(inTurn(answer(307, { location: '/here' }), answer(302, { location: `${storage.base}/signed?key=abc` })));
		await fetchFrom([addressOf(server, 'hf_secret')]);
		expectWhole();
		expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer hf_secret', 'Bearer hf_secret']);
		expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
	});

	it('back to the first host does not bring the token back to a stranger, and loops end', async () => {
		const server = await hub(answer(302, { location: '/again' }));
		await expect(fetchFrom([addressOf(server)])).rejects.toThrow(/more than 5 redirections/);
		expect(server.requests).toHaveLength(6);
	});

	it.each(['file:///etc/passwd', 'ftp://127.0.0.1/x', 'http://[bad'])('to %s is refused', async (location) => {
		const server = await hub(answer(302, { location }));
		await expect(fetchFrom([addressOf(server)])).rejects.toThrow(/redirects to/);
		expectNothing();
	});
});

describe('what an earlier process left', () => {
	it('is taken up by the next, sum included', async () => {
		const stop = new AbortController();
		const server = await hub(serveHub(content, { upTo: 120_000 }));
		const interrupted = fetchFrom([addressOf(server)], {
			signal: stop.signal,
			onBytes: (bytes) => {
				if (bytes === 120_000) stop.abort(new Error('enough'));
			},
		});
		await expect(interrupted).rejects.toThrow('enough');
		expect(statSync(`${target}.part`).size).toBe(120_000);
		server.react = serveHub(content);
		await fetchFrom([addressOf(server)]);
		expectWhole();
		expect(server.asked.at(-1)).toBe('/model.gguf bytes=120000-');
	});

	it('needs no request when it is all there', async () => {
		const stop = new AbortController();
		const server = await hub(serveHub(content, { upTo: 1000 }));
		const interrupted = fetchFrom([addressOf(server)], { signal: stop.signal, onBytes: () => stop.abort(new Error('enough')) });
		await expect(interrupted).rejects.toThrow('enough');
		writeFileSync(`${target}.part`, content);
		await fetchFrom([addressOf(server)]);
		expectWhole();
		expect(server.requests).toHaveLength(1);
	});

	it('is dropped when it is damaged, and fetched anew', async () => {
		const stop = new AbortController();
		const server = await hub(serveHub(content, { upTo: 1000 }));
		await expect(fetchFrom([addressOf(server)], { signal: stop.signal, onBytes: () => stop.abort(new Error('enough')) })).rejects.toThrow();
		writeFileSync(`${target}.part`, other);
		server.react = serveHub(content);
		await fetchFrom([addressOf(server)]);
		expectWhole();
	});

	it('is not trusted without a note of where it is from', async () => {
		const server = await hub(serveHub(content));
		await fetchFrom([addressOf(server)]);
		rmSync(target);
		writeFileSync(`${target}.part`, other.subarray(0, 1000));
		await fetchFrom([addressOf(server)], { file: unknownSum });
		expectWhole();
		expect(server.asked).toEqual(['/model.gguf whole', '/model.gguf whole']);
	});
});

test('a disk without room is told before a byte is written, and when somebody else fills it', async () => {
	const server = await hub(serveHub(content));
	const full = { ...testLimits(), freeBytes: async () => 1_000_000 };
	await expect(fetchFrom([addressOf(server)], { limits: full })).rejects.toMatchObject({ code: 'VOICE_ERR_DISK_FULL', message: expect.stringContaining(path.dirname(target)) });
	expect(statSync(`${target}.part`).size).toBe(0);
	const noSpace = Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
	await expect(fetchFrom([addressOf(server)], { stillOurs: () => Promise.reject(noSpace) })).rejects.toMatchObject({ code: 'VOICE_ERR_DISK_FULL' });
	expectNothing();
});
