// Guards against nodes that work in production but not in the hands of somebody who builds a workflow in the editor.
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { launch, leave, picture, visit } from '../page/browser';
import { logIn } from './browser-caller';
import { call } from './headless-caller';
import { type World, outputOf, startWorld } from './world';

let world: World;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	world = await startWorld();
	browser = await launch();
	page = await visit(browser, { url: 'about:blank', width: 1400, height: 900 });
	await logIn(page, world);
	await openWorkflow();
}, 300_000);

async function openWorkflow(): Promise<void> {
	await page.goto(`${world.n8n.url}/workflow/${world.agentId}`);
	await page.locator('[data-test-id="canvas-node"]').nth(3).waitFor();
}

afterAll(async () => {
	if (page) await leave(page);
	await browser?.close();
	await world?.end();
});

test('the four nodes stand on the canvas, known to n8n', async () => {
	for (const name of ['Voice Session Trigger', 'Transcribe', 'Llama Chat', 'Orpheus Speak']) {
		await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).waitFor();
	}
	await picture(page, 'editor-canvas');
	await expect(page.getByText('Install this node', { exact: false }).count()).resolves.toBe(0);
});

test("the node panel shows the trigger's parameters", async () => {
	await page.locator('[data-test-id="canvas-node"][data-node-name="Voice Session Trigger"]').dblclick();
	await page.getByText('Who Can Call').first().waitFor();
	await picture(page, 'editor-trigger');
	await page.keyboard.press('Escape');
	await page.getByText('Who Can Call').first().waitFor({ state: 'hidden' });
});

test("the voices' panel lists the engines of this machine and has room for fallbacks", async () => {
	await page.locator('[data-test-id="canvas-node"][data-node-name="Orpheus Speak"]').dblclick();
	await page.getByRole('button', { name: 'Add Voice' }).waitFor();
	await page.locator('[data-test-id="parameter-input-engine"]').first().click();
	await page.getByText('Auto: flite').first().waitFor();
	await expect(page.getByText(/Kokoro.*(not fetched|too big)/).count()).resolves.toBeGreaterThan(0);
	await picture(page, 'editor-voices');
	// An open list swallows the key that would close the panel.
	await openWorkflow();
});

test('the test button runs one turn of a call to the test URL and shows its data', async () => {
	await page.locator('[data-test-id="execute-workflow-button"]').first().click();
	await page.locator('[data-test-id="stop-execution-waiting-for-webhook-button"]').or(page.getByText(/waiting for/i)).first().waitFor();
	const pageUrl = world.pageUrl.replace('/webhook/', '/webhook-test/');
	const report = await call({ n8n: world.n8n, pageUrl }, '--say', 'hello').report;
	expect(report.turns).toEqual([expect.objectContaining({ heard: 'hello', answered: true })]);
	const [turn] = await world.turns(1);
	expect(turn).toMatchObject({ status: 'success', mode: 'manual' });
	expect(outputOf(turn, 'Orpheus Speak').heard).toBe(report.turns[0]?.reply);
	await page.getByText('Workflow executed successfully', { exact: false }).first().waitFor();
	await picture(page, 'editor-tested');
});

test('the credential tests itself: the right key is good, a wrong one and a wrong address say what is wrong', async () => {
	const { url, key } = world.runtime;
	const answer = z.object({ status: z.string(), message: z.string() });
	const tested = async (data: { url: string; apiKey: string }) =>
		await world.n8n.rest.request('POST', '/credentials/test', answer, {
			credentials: { id: '', name: 'Voice runtime', type: 'voiceRuntimeApi', data },
		});
	await expect(tested({ url, apiKey: key })).resolves.toMatchObject({ status: 'OK' });
	await expect(tested({ url, apiKey: 'no-such-key-'.repeat(4) })).resolves.toMatchObject({ status: 'Error', message: expect.stringContaining('the key is wrong') });
	await expect(tested({ url: 'http://127.0.0.1:9', apiKey: key })).resolves.toMatchObject({ status: 'Error' });
});
