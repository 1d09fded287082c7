// Guards against: models that are fetched and not used by the next call, or by half of a call that is under way; a page that
// does not say what is in use, or says it by ids of ours.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { CallReport } from '../../runtime/cli/call/report';
import { writeScriptedGguf } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import { Hub } from '../../runtime/inference/models/download/hub.fixture';
import { ownCatalogue, type OwnModel, serveModels } from '../../runtime/inference/models/own-catalogue.fixture';
import { modelPath } from '../../runtime/inference/models/resolve';
import { root } from '../host/n8n-host';
import { launch, leave, picture, visit } from '../page/browser';
import { logIn, until } from './browser-caller';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

const SAYS = 'I am the model that was fetched.';

let folder: string;
let hub: Hub;
let env: Record<string, string>;
let world: World;
let browser: Browser;
let page: Page;
let underWay: CallReport;
let next: CallReport;
const notes: Record<string, string> = {};

/** `voice-loop models` as a user runs it. */
async function models(...argv: string[]): Promise<string> {
	const command = [path.join(root, 'dist/runtime/cli/voice-loop.js'), 'models', ...argv];
	return await new Promise((resolve, reject) => {
		execFile(process.execPath, command, { env: { ...process.env, ...env } }, (error, out, err) => (error ? reject(new Error(`${out}${err}`)) : resolve(out)));
	});
}

/** What the page says below the captions while a call is on. */
async function noteOf(name: string): Promise<string> {
	await page.goto(world.pageUrl);
	await page.getByTestId('call').click();
	await until(page, "window.voiceLoop.events.some(({ type, note, text }) => (type === 'session.started' && note !== '') || (type === 'note' && text !== ''))");
	const note = await page.getByTestId('note').innerText();
	await until(page, "document.body.dataset.state === 'listening'");
	await picture(page, name);
	await page.setViewportSize({ width: 375, height: 667 });
	await picture(page, `${name}-on-a-phone`);
	await page.setViewportSize({ width: 1100, height: 800 });
	await page.getByTestId('call').click();
	return note;
}

beforeAll(async () => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-fetched-'));
	const gguf = path.join(folder, 'talker.gguf');
	writeScriptedGguf(gguf, [{ say: SAYS }]);
	const listen = modelPath('pack:listen');
	const files = readdirSync(listen, { withFileTypes: true }).filter((entry) => entry.isFile());
	const all: OwnModel[] = [
		{ id: 'talker', files: { 'talker.gguf': readFileSync(gguf) }, licence: 'llama3.2' },
		{ id: 'listener', task: 'transcribe', files: Object.fromEntries(files.map(({ name }) => [name, readFileSync(path.join(listen, name))])) },
	];
	hub = await Hub.open(serveModels(all));
	env = ownCatalogue(folder, all, [{ base: hub.base, publisher: true }]);
	world = await startWorld(env);
	browser = await launch();
	page = await visit(browser, { url: 'about:blank' });
	await logIn(page, world);
	notes.before = await noteOf('models-note-demo');

	const first = call(world, '--say', 'hello', '--say', 'what can you do', '--say', 'hello');
	await world.turns(1);
	await models('fetch', 'listener');
	await models('fetch', 'auto', '--yes');
	underWay = await first.report;
	next = await call(world, '--say', 'what can you do').report;
	notes.after = await noteOf('models-note-fetched');
}, 300_000);

afterAll(async () => {
	if (page) await leave(page);
	await browser?.close();
	await world?.end();
	await hub?.close();
	rmSync(folder, { recursive: true, force: true });
});

test('a call that is under way keeps its pair, and the next one has the fetched one: no edit, no restart', async () => {
	expect([underWay, next].map(({ errors }) => errors)).toEqual([[], []]);
	expect(underWay.turns).toHaveLength(3);
	expect(next.turns).toMatchObject([{ heard: 'what can you do', reply: SAYS, answered: true }]);
	const turns = await world.turns(4);
	expect(turns.map((turn) => [outputOf(turn, 'Transcribe').engine, outputOf(turn, 'Llama Chat').engine])).toEqual([
		['pack:listen', 'pack:answer'],
		['pack:listen', 'pack:answer'],
		['pack:listen', 'pack:answer'],
		['listener', 'talker'],
	]);
});

test("the page tells this n8n's users which models are in use, and how to get better ones as long as there are any", () => {
	expect(notes.before?.split('\n')).toEqual([
		'This demo understands appointments and calendar questions only.',
		'Recogniser: offline pack · Language model: offline pack · Voice: flite',
		expect.stringMatching(/^Better models \(\d+(\.\d+)? MB\): run "voice-loop models fetch auto" on the runtime's machine\.$/),
	]);
	expect(notes.after).toBe('Recogniser: The listener · Language model: The talker · Voice: flite');
});

test('the canvas shows names, not ids', async () => {
	const shown = async (): Promise<string> => {
		await page.goto(`${world.n8n.url}/workflow/${world.agentId}`);
		const node = page.locator('[data-test-id="canvas-node"][data-node-name="Orpheus Speak"]');
		await node.getByText('Orpheus Speak').first().waitFor();
		return await node.innerText();
	};
	expect(await shown()).toMatch(/^Auto$/m);
	await picture(page, 'editor-auto');
	await changeNode(world, 'Orpheus Speak', { engine: 'server:gpu', voice: 'tara' });
	expect(await shown()).toMatch(/^server gpu: tara$/m);
});

test('the lists of the nodes name what auto stands for', async () => {
	const { transcribe, chat, speak } = await world.runtime.client.engines();
	expect([transcribe, chat, speak].map((list) => list[0]?.name)).toEqual(['Auto: The listener', 'Auto: The talker', 'Auto: flite']);
	for (const { name, description } of [...transcribe, ...chat, ...speak]) expect(`${name} ${description}`).not.toContain('pack:');
});
