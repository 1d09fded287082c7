// Guards against: uploads that fill the memory together, and one that stalls, breaks off or fails and keeps its place for ever.
import { once } from 'node:events';
import net from 'node:net';
import { encodeWav } from '../../audio/wav';
import { AUTHORIZED, HttpDoor } from './http-door.fixture';
import type { UploadLimits } from './uploads';

const HEARD = { text: 'hello', understood: true, confidence: 1, durationMs: 1000, computeMs: 10, engine: 'e', replaced: [] };
/** Two large ones at a time. */
const LIMITS: UploadLimits = { recordingBytes: 100_000, atOnceBytes: 200_000, smallBytes: 5000, stallMs: 60_000 };
const large = encodeWav([new Int16Array(40_000)], 16_000);
const small = encodeWav([new Int16Array(1600)], 16_000);

let door: HttpDoor;
let lines: net.Socket[];

async function open(limits: Partial<UploadLimits> = {}): Promise<void> {
	door = await HttpDoor.open({ uploads: { ...LIMITS, ...limits } });
	door.whenAsked = (call) => call.resolve(HEARD);
}
beforeEach(() => {
	lines = [];
});
afterEach(async () => {
	for (const line of lines) line.destroy();
	await door.close();
});

/** The head of an upload, on a connection of its own, and as much of its body as given. */
async function begin(bytes: number | 'chunked', body: Buffer | string = '', type = 'audio/wav', key = AUTHORIZED.authorization): Promise<net.Socket> {
	const line = net.connect(door.port, '127.0.0.1');
	lines.push(line);
	line.on('error', () => undefined);
	const length = bytes === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`;
	line.write(`POST /v1/transcriptions HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: ${type}\r\n${length}\r\n\r\n`);
	if (body.length > 0) line.write(body);
	// The server has read the head by the time that it answers what came after it.
	await door.askWithKey('GET', '/v1/health');
	return line;
}

/** The first line of what the server answers. */
async function answer(line: net.Socket): Promise<string> {
	const [data] = (await once(line, 'data')) as [Buffer];
	return data.toString().split('\r\n')[0] ?? '';
}

const upload = async (body = large) => await door.askWithKey('POST', '/v1/transcriptions', body, { 'content-type': 'audio/wav' });

/** Are two places free, no more and no less? */
async function allFree(): Promise<boolean> {
	const held = [await begin(100_000), await begin(100_000)];
	const { status } = await upload();
	const taken = held.every((line) => line.bytesRead === 0);
	for (const line of held) line.destroy();
	return taken && status === 503;
}

/** Any place that was lost, or given back twice, shows. The server hears a little later that a connection is closed. */
async function expectAllFree(): Promise<void> {
	let free = await allFree();
	for (let tries = 0; tries < 40 && !free; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 25));
		free = await allFree();
	}
	expect(free).toBe(true);
}

it('large ones are taken until the memory set aside is full; the next is told when to come back', async () => {
	await open();
	const held = [await begin(100_000), await begin(100_000)];
	const refused = await upload();
	expect(refused.status).toBe(503);
	expect(refused.headers['retry-after']).toBe('10');
	expect(refused.json()).toMatchObject({
		error: { code: 'VOICE_ERR_BUSY', message: expect.stringContaining('large recordings'), remedy: expect.stringContaining('Try again') },
	});
	expect(door.asked).toEqual([]);
	for (const line of held) line.destroy();
	await expectAllFree();
});

it('small ones never wait', async () => {
	await open();
	await begin(100_000);
	await begin(100_000);
	const answers = await Promise.all(Array.from({ length: 5 }, async () => await upload(small)));
	expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});

it('one that does not say how long it is counts as the largest', async () => {
	await open();
	await begin('chunked');
	await begin('chunked');
	expect((await upload()).status).toBe(503);
});

it('an upload without the key takes no place', async () => {
	await open();
	for (let index = 0; index < 3; index++) await begin(100_000, '', 'audio/wav', 'Bearer wrong');
	await expectAllFree();
});

it('many at once: as many as fit are recognised, the others are refused, and all places come back', async () => {
	await open();
	const statuses = (await Promise.all(Array.from({ length: 20 }, async () => await upload()))).map(({ status }) => status);
	expect(new Set(statuses)).toEqual(new Set([200, 503].filter((status) => statuses.includes(status))));
	expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
	await expectAllFree();
});

it('the place is free as soon as the recording is decoded, though its recognition takes long', async () => {
	await open();
	const asked: Array<() => void> = [];
	door.whenAsked = (call) => void asked.push(() => call.resolve(HEARD));
	const running = [upload(), upload()];
	while (asked.length < 2) await new Promise(setImmediate);
	running.push(upload());
	while (asked.length < 3) await new Promise(setImmediate);
	for (const done of asked) done();
	expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

describe('the place comes back', () => {
	beforeEach(async () => await open());
	afterEach(expectAllFree);

	it('after every upload that went well', async () => {
		for (let index = 0; index < 5; index++) expect((await upload()).status).toBe(200);
	});

	it('when the client breaks off before the body, in its middle, or after it', async () => {
		let asked = 0;
		door.whenAsked = () => void asked++;
		for (const body of ['', large.subarray(0, 30_000), large]) {
			const line = await begin(large.length, body);
			if (body === large) while (asked === 0) await new Promise(setImmediate);
			line.destroy();
		}
		door.whenAsked = (call) => call.resolve(HEARD);
	});

	it('when the connection is reset', async () => {
		(await begin(100_000, large.subarray(0, 1000))).resetAndDestroy();
	});

	it('when what comes is no recording', async () => {
		expect((await upload(Buffer.alloc(90_000))).status).toBe(400);
	});

	it('when the settings are wrong', async () => {
		const response = await door.askWithKey('POST', '/v1/transcriptions?settings=x', large, { 'content-type': 'audio/wav' });
		expect(response.status).toBe(400);
	});

	it('when it is of a type that is not read', async () => {
		expect(await answer(await begin(100_000, 'x', 'image/png'))).toContain(' 400 ');
	});

	it('when it says that it is too large, or turns out to be', async () => {
		expect(await answer(await begin(100_001))).toContain(' 413 ');
		const chunk = `${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`;
		expect(await answer(await begin('chunked', chunk + chunk))).toContain(' 413 ');
	});

	it('when what comes is no HTTP any more', async () => {
		expect(await answer(await begin('chunked', 'not a chunk\r\n'))).toContain(' 400 ');
	});

	it('when recognition fails', async () => {
		door.whenAsked = (call) => call.reject(new Error('it broke'));
		expect((await upload()).status).toBe(500);
		door.whenAsked = (call) => call.resolve(HEARD);
	});

	it('when a second upload was refused, its answer waits behind that of the first, and the connection breaks', async () => {
		let asked = 0;
		door.whenAsked = () => void asked++;
		const line = await begin(large.length, large);
		while (asked === 0) await new Promise(setImmediate);
		line.write(`POST /v1/transcriptions HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZED.authorization}\r\nContent-Type: image/png\r\nContent-Length: 90000\r\n\r\nxxx`);
		await door.askWithKey('GET', '/v1/health');
		line.destroy();
		door.whenAsked = (call) => call.resolve(HEARD);
	});
});

it('an upload that stalls is cut off, and its place comes back', async () => {
	await open({ stallMs: 30 });
	const stalled = [await begin(100_000, large.subarray(0, 10_000)), await begin(100_000)];
	await Promise.all(stalled.map(async (line) => line.closed || (await once(line, 'close'))));
	while ((await upload()).status === 503) await new Promise(setImmediate);
});

it('an upload that is slow, but comes, is not cut off', async () => {
	await open({ stallMs: 200 });
	const line = await begin(large.length);
	const answered = answer(line);
	const step = Math.ceil(large.length / 10);
	for (let at = 0; at < large.length; at += step) {
		line.write(large.subarray(at, at + step));
		await new Promise((resolve) => setTimeout(resolve, 60));
	}
	expect(await answered).toBe('HTTP/1.1 200 OK');
});

it('an upload that waits for a long recognition is not taken for stalled', async () => {
	await open({ stallMs: 20 });
	door.whenAsked = (call) => void setTimeout(() => call.resolve(HEARD), 200);
	expect((await upload()).status).toBe(200);
});
