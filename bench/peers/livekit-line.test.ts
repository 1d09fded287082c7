// Guards against: LiveKit's caller not understood, its sound at the wrong rate or dated wrongly, a caller that dies and is waited for, and one that is left behind.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { liveKitLine } from './livekit-line';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'livekit-line-'));
});

afterEach(async () => await rm(folder, { recursive: true, force: true }));

/** A program that stands in for Python and its caller. */
async function program(source: string): Promise<string> {
	const file = path.join(folder, 'python');
	await writeFile(file, `#!${process.execPath}\nconst tell = (line) => process.stdout.write(JSON.stringify(line) + '\\n');\n${source}`);
	await chmod(file, 0o755);
	return file;
}

/** It is connected, hears 100 ms of a loud sound, and sends what it is to say by 10 ms every 12 ms. */
const CALLER = `
tell({ state: 'connected' });
const sound = Buffer.from(Int16Array.from({ length: 480 }, (_, at) => 8000 * Math.cos(at / 20)).buffer).toString('base64');
for (let at = 0; at < 10; at++) tell({ at: 1000 + 10 * at, heard: sound });
require('node:readline').createInterface({ input: process.stdin })
	.on('line', (line) => {
		const { id, say } = JSON.parse(line);
		const frames = Math.ceil(Buffer.from(say, 'base64').length / 320);
		tell({ id, sent: Array.from({ length: frames }, (_, at) => 2000 + 12 * at) });
	})
	.on('close', () => require('node:fs').writeFileSync(process.env.LEFT, process.argv.slice(2).join(' ')));
`;

it('says, hears and hangs up', async () => {
	const heard: Array<{ at: number; samples: number }> = [];
	const left = path.join(folder, 'left');
	const line = await liveKitLine(await program(CALLER), { LEFT: left }, 'default-7', { hear: (at, pcm) => heard.push({ at, samples: pcm.length }), lost: () => undefined });
	const [first, second] = await Promise.all([line.say(new Int16Array(320).fill(900)), line.say(new Int16Array(480).fill(900))]);
	expect(first).toEqual({ from: 2000, to: 2022 });
	expect(second).toEqual({ from: 2000, to: 2034 });
	expect(heard.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, at) => 1000 + 10 * at));
	expect(heard.reduce((sum, { samples }) => sum + samples, 0)).toBe(1600);
	await line.hangUp();
	expect(await readFile(left, 'utf8')).toMatch(/livekit_caller\.py --room default-7$/);
});

it('a caller that ends before it is connected is no call', async () => {
	await expect(liveKitLine(await program('process.exit(1);'), {}, 'default-0', { hear: () => undefined, lost: () => undefined })).rejects.toThrow("LiveKit's caller ended");
});

it('a caller that ends in a call is missed', async () => {
	const python = await program("tell({ state: 'connected' });\nprocess.stdin.once('data', () => process.exit(1));");
	const lost = new Promise<Error>((resolve) => {
		void liveKitLine(python, {}, 'default-0', { hear: () => undefined, lost: resolve }).then(async (line) => await line.say(new Int16Array(160)));
	});
	expect((await lost).message).toContain("LiveKit's caller ended");
});
