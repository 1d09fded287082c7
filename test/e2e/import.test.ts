// Guards against examples that work when `npm start` imports them but not when a user does it by hand, in the editor.
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type N8nHost, root, startN8n } from '../host/n8n-host';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { launch, leave, picture, visit } from '../page/browser';
import { logIn } from './browser-caller';
import { call } from './headless-caller';

let runtime: RunningRuntime;
let n8n: N8nHost;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	runtime = await startRuntime();
	n8n = await startN8n({ env: { VOICE_LOOP_STATE: runtime.stateFolder } });
	browser = await launch();
	page = await visit(browser, { url: 'about:blank', width: 1400, height: 900 });
	await logIn(page, { n8n });
}, 300_000);

afterAll(async () => {
	if (page) await leave(page);
	await browser?.close();
	await n8n?.stop();
	await runtime?.stop();
});

const toolNames = ['Book appointment', 'List appointments', 'Cancel appointment'];
function publishButton() {
	return page.locator('[data-test-id="workflow-open-publish-modal-button"]');
}

async function importExample(name: string): Promise<void> {
	await page.goto(`${n8n.url}/workflow/new`);
	const file = `${name.toLowerCase().replaceAll(/[ :]+/g, '-')}.json`;
	await page.locator('[data-test-id="workflow-import-input"]').setInputFiles(path.join(root, 'examples', file));
	await page.locator('[data-test-id="canvas-node"]').first().waitFor();
}

async function publish(): Promise<void> {
	await publishButton().click();
	await page.locator('[data-test-id="workflow-publish-button"]').click();
	await publishButton().filter({ hasText: 'Published' }).waitFor();
}

test('the tools can be imported and published as they are', async () => {
	for (const name of toolNames) {
		await importExample(name);
		await publish();
	}
}, 120_000);

test('the agent cannot be published before its tools are chosen, and says so on the node', async () => {
	await importExample('Voice agent: appointments');
	await page.locator('[data-test-id="canvas-node"][data-node-name="Llama Chat"] [data-test-id="node-issues"]').waitFor();
	await expect(publishButton().isDisabled()).resolves.toBe(true);
	await picture(page, 'import-agent');
});

test('once they are chosen from the list, a caller can book', async () => {
	await page.locator('[data-test-id="canvas-node"][data-node-name="Llama Chat"]').dblclick();
	const selectors = page.locator('[data-test-id="resource-locator-workflowId"] [data-test-id="rlc-input-container"]');
	for (const [index, name] of toolNames.entries()) {
		await selectors.nth(index).click();
		await page.locator('[data-test-id="rlc-item"]:visible').filter({ hasText: name }).click();
	}
	await picture(page, 'import-chosen');
	await page.keyboard.press('Escape');
	await publish();
	const said = 'book a dentist appointment tomorrow at three p m';
	const report = await call({ n8n, pageUrl: `${n8n.url}/webhook/voice` }, '--say', said).report;
	const booked = { name: 'book_appointment', ok: true, arguments: { title: 'dentist appointment', day: 'tomorrow', time: 'three p m' } };
	expect(report.turns).toEqual([expect.objectContaining({ heard: said, answered: true, tools: [expect.objectContaining(booked)] })]);
}, 120_000);
