// Guards against an `npm start` in which n8n dies with the voice runtime, a runtime that is not started again or is
// started for ever, an open page that needs a reload by hand, and a database that other users of the machine can read.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { readManifest } from '../../deploy/local/host/manifest.ts';
import { installedPackage } from '../../deploy/local/host/user-folder.ts';
import { logIn, until } from '../e2e/browser-caller';
import { call } from '../e2e/headless-caller';
import { launch, leave, picture, shows, visit } from '../page/browser';
import { root } from './n8n-host';

const started = z.object({ url: z.string(), editor: z.string(), email: z.string(), password: z.string() });
const running = z.object({ url: z.string(), pid: z.number() });

let home: string;
let start: ChildProcess;
let output = '';
let agent: z.infer<typeof started>;
let browser: Browser;
let page: Page;

async function says(text: RegExp, from = 0): Promise<void> {
	while (!text.test(output.slice(from))) {
		if (start.exitCode !== null) throw new Error(`npm start ended: ${output}`);
		await pause(50);
	}
}

const runtime = async () => running.parse(JSON.parse(await readFile(path.join(home, 'runtime', 'runtime.json'), 'utf8')));

async function isUp(): Promise<boolean> {
	return await fetch(`${agent.editor}/healthz`).then(
		({ ok }) => ok,
		() => false,
	);
}

async function kill(): Promise<void> {
	process.kill((await runtime()).pid, 'SIGKILL');
}

/** n8n's process, as the system knows it. */
async function n8nPid(): Promise<number> {
	const { stdout } = spawn('pgrep', ['-P', String(start.pid), '-f', 'bin/n8n start']);
	let pids = '';
	for await (const chunk of stdout) pids += String(chunk);
	return Number(pids.trim());
}

beforeAll(async () => {
	home = path.join(await mkdtemp(path.join(os.tmpdir(), 'voice-loop-start-')), 'home');
	// As an older set-up left it.
	await mkdir(path.join(home, '.n8n'), { recursive: true });
	await chmod(home, 0o755);
	const { node } = await readManifest(root);
	const env = { ...process.env, VOICE_LOOP_HOME: home, N8N_PORT: '0' };
	start = spawn(node, [path.join(root, 'deploy', 'local', 'start.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
	for (const stream of [start.stdout, start.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
	await says(/Talk to it/);
	agent = started.parse(JSON.parse(await readFile(path.join(home, 'start.json'), 'utf8')));
	browser = await launch();
	page = await visit(browser, { url: 'about:blank' });
	await logIn(page, { n8n: { url: agent.editor, owner: agent } });
	await page.goto(agent.url);
	// After the page that fetches a ticket, which reloads.
	await page.getByTestId('call').waitFor();
}, 300_000);

afterAll(async () => {
	if (page) await leave(page);
	await browser?.close();
	if (start?.exitCode === null) {
		const ended = once(start, 'exit');
		start.kill('SIGINT');
		await ended;
	}
	await rm(path.dirname(home), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

test('nobody else on this machine can look into its folder', async () => {
	expect((await stat(home)).mode & 0o777).toBe(0o700);
});

const greeted = `window.voiceLoop.events.some(({ type }) => type === 'reply.partial' || type === 'reply.heard')`;

test('the runtime killed in mid-call: n8n lives, the runtime comes back, and the open page is back in its call by itself', async () => {
	await page.getByTestId('call').click();
	await until(page, greeted);
	await page.evaluate('window.firstLink = window.voiceLoop.pc');
	const before = await runtime();
	const n8n = await n8nPid();
	const heard = output.length;
	await kill();
	await says(/voice runtime stopped unexpectedly \(SIGKILL\)[^]*voice runtime is running again/, heard);
	expect((await runtime()).pid).not.toBe(before.pid);
	expect(await n8nPid()).toBe(n8n);
	expect(await isUp()).toBe(true);
	await until(page, `window.firstLink !== undefined && window.voiceLoop.pc !== window.firstLink && window.voiceLoop.pc?.connectionState === 'connected'`);
	await shows(page, 'listening').catch(async () => await shows(page, 'speaking'));
	await picture(page, 'runtime-killed');
	expect(await page.getByTestId('error').isHidden()).toBe(true);
	await page.getByTestId('call').click();
	// The published trigger has found the new one: a turn comes back from the workflow.
	const { turns } = await call({ n8n: { owner: agent }, pageUrl: agent.url }, '--say', 'hello').report;
	expect(turns).toEqual([expect.objectContaining({ heard: 'hello', answered: true })]);
});

test('the page opened while no runtime runs comes by itself', async () => {
	const other = await page.context().newPage();
	await kill();
	await other.goto(agent.url);
	await other.getByTestId('call').waitFor({ timeout: 60_000 });
	await other.close();
});

test('n8n killed: it is started again at the same address, and who calls meanwhile is told so and answered', async () => {
	const { pid } = await runtime();
	const heard = output.length;
	process.kill(await n8nPid(), 'SIGKILL');
	await page.getByTestId('call').click();
	await page.locator('#hint').getByText('This page keeps trying').waitFor();
	await picture(page, 'called-while-n8n-starts');
	await until(page, greeted);
	await says(/n8n stopped unexpectedly \(SIGKILL\)[^]*n8n is running again/, heard);
	expect((await runtime()).pid).toBe(pid);
	// n8n's own pause of 10 s after a crash is left out.
	expect(await readFile(path.join(home, 'n8n.log'), 'utf8')).not.toContain('Last session crashed');
	await page.getByTestId('call').click();
});

test('a runtime that cannot start any more is given up with the reason, and n8n goes on', async () => {
	const script = path.join(installedPackage(home), 'dist', 'runtime', 'cli', 'voice-loop.js');
	const whole = await readFile(script, 'utf8');
	await writeFile(script, 'console.error("no such luck"); process.exit(3);');
	const heard = output.length;
	await kill();
	await says(/voice runtime stopped \d+ times in a row and is not started again[^]*exit code 3[^]*no such luck[^]*n8n goes on without it/, heard);
	expect(await isUp()).toBe(true);
	const other = await page.context().newPage();
	await other.goto(agent.url);
	await other.getByText('npx voice-loop start').waitFor({ timeout: 60_000 });
	await picture(other, 'runtime-given-up');
	await writeFile(script, whole);
});
