// Guards against: a value that ends the process that sends it or the one that receives it, and with it all other calls.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { pcm } from '../audio/pcm';
import { packageRoot } from '../lib/package-root';
import { RpcClient } from './client';
import { pipeToChild } from './pipes';
import type { Protocol } from './protocol';
import { asText } from './text-message';

/** The compiled answering end in a process of its own. What is nested it makes by itself. */
const PROGRAM = `
const { z } = require(ROOT + '/node_modules/zod');
const { pipeToParent } = require(ROOT + '/dist/runtime/rpc/pipes.js');
const { serve } = require(ROOT + '/dist/runtime/rpc/server.js');
const any = z.unknown();
const echo = { params: any, input: any, event: any, result: any };
const nested = (depth) => { let value = 1; for (let level = 0; level < depth; level++) value = [value]; return value; };
const circle = {}; circle.itself = circle;
const odd = { nested: nested(5000), deepest: nested(100000), circle, function: () => 1, bigint: 1n, wide: Array(3000000).fill(0), long: 'x'.repeat(100 * 1024 * 1024) };
const pipe = pipeToParent();
pipe.onClose(() => process.exit(0));
serve({ echo, give: echo, tell: echo, raw: echo, sum: { ...echo, params: z.object({ pcm: require(ROOT + '/dist/runtime/audio/pcm.js').pcm }) } }, pipe, {
	echo: async (value, { onInput, emit }) => { onInput(emit); return value; },
	give: async ({ what }) => odd[what],
	tell: async ({ what }, { emit, signal }) => { emit(odd[what]); return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))); },
	raw: async ({ depth }) => { process.send({ kind: 'event', id: 0, value: nested(depth) }); return 'sent'; },
	sum: async ({ pcm }) => ({ pcm, sum: pcm.reduce((sum, each) => sum + each, 0) }),
});`;

const any = z.unknown();
const echo = { params: any, input: any, event: any, result: any };
const protocol = {
	echo,
	give: echo,
	tell: echo,
	raw: echo,
	sum: { ...echo, params: z.object({ pcm }), result: z.object({ pcm, sum: z.number() }) },
} as const satisfies Protocol;

let folder: string;
let child: ChildProcess;
let client: RpcClient<typeof protocol>;
beforeAll(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-borders-'));
	const file = path.join(folder, 'child.js');
	writeFileSync(file, `const ROOT = ${JSON.stringify(packageRoot())};${PROGRAM}`);
	child = fork(file, [], { execArgv: [] });
	client = new RpcClient(protocol, pipeToChild(child), 'VOICE_ERR_INFERENCE_LOST');
});
afterEach(async () => {
	// Both processes live, and other calls work.
	await expect(client.call('echo', { still: 'here' }).result).resolves.toEqual({ still: 'here' });
});
afterAll(async () => {
	const gone = once(child, 'exit');
	child.disconnect();
	await gone;
	rmSync(folder, { recursive: true });
});

function nested(depth: number): unknown {
	let value: unknown = 1;
	for (let level = 0; level < depth; level++) value = [value];
	return value;
}
const circle: Record<string, unknown> = {};
circle.itself = circle;

const ODD: Array<[string, () => unknown]> = [
	['nested 1,800 deep', () => nested(1800)],
	['nested 100,000 deep', () => nested(100_000)],
	['a circle', () => circle],
	['three million values', () => Array<number>(3_000_000).fill(0)],
	['100 MB of text', () => 'x'.repeat(100 * 1024 * 1024)],
	['a number that is no JSON', () => ({ at: 1n })],
];
it.each(ODD)('parameters: %s fails its call alone', async (_what, make) => {
	await expect(client.call('echo', make()).result).rejects.toMatchObject({ message: expect.stringContaining('"echo" was asked for could not be sent') });
});
it.each(ODD)('an input: %s fails its call alone', async (_what, make) => {
	const call = client.call('tell', { what: 'nothing' });
	call.send(make());
	await expect(call.result).rejects.toMatchObject({ message: expect.stringContaining('could not be sent') });
});
it.each(['nested', 'deepest', 'circle', 'bigint', 'wide', 'long'])('a result: %s fails its call alone', async (what) => {
	await expect(client.call('give', { what }).result).rejects.toMatchObject({ message: expect.stringContaining('The answer to "give" could not be sent') });
});
it.each(['nested', 'circle', 'wide'])('an event: %s fails its call alone', async (what) => {
	await expect(client.call('tell', { what }).result).rejects.toMatchObject({ message: expect.stringContaining('"tell" had to tell could not be sent') });
});

it('whatever the other process sends by itself, however deep, is read and passed over', async () => {
	await expect(client.call('raw', { depth: 3000 }).result).resolves.toBe('sent');
	child.send({ kind: 'call', id: 999, op: 'nothing', params: nested(3000) });
});

it('carries texts of all kinds whole', async () => {
	const value = { long: 'ü'.repeat(1_000_000), half: '\ud83d', nothing: '', '': [null, true, -0.5], constructor: 1 };
	await expect(client.call('echo', value).result).resolves.toEqual(value);
});

it('carries sound whole, and as a copy of its own', async () => {
	const sound = Int16Array.from({ length: 4801 }, (_, at) => (at * 7919) % 65_536);
	const { pcm: back, sum } = await client.call('sum', { pcm: sound.subarray(1) }).result;
	expect(back).toEqual(sound.slice(1));
	expect(back.buffer.byteLength).toBe(2 * 4800);
	expect(sum).toBe(sound.slice(1).reduce((total, each) => total + each, 0));
	await expect(client.call('sum', { pcm: new Int16Array(0) }).result).resolves.toMatchObject({ sum: 0 });
});

it('takes no more sound than a message may have, as text either', () => {
	expect(pcm.safeParse(new Int16Array(960_001)).success).toBe(false);
	expect(pcm.safeParse('A'.repeat(3_000_000)).success).toBe(false);
	expect(pcm.parse('AQD//w==')).toEqual(Int16Array.of(1, -1));
});

it('leaves what it sends as it was', () => {
	const sound = Int16Array.of(1, 2);
	const message = { kind: 'input', id: 1, value: { pcm: sound, list: [sound] } } as const;
	expect(asText(message)).toEqual({ kind: 'input', id: 1, value: { pcm: 'AQACAA==', list: ['AQACAA=='] } });
	expect(message.value.pcm).toBe(sound);
});
