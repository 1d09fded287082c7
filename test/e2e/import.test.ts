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

/** What a person has to click; n8n's menu and the file dialog are counted, as Chromium without a screen has neither. */
let clicks = 0;

async function click(name: string): Promise<void> {
	await page.locator(`[data-test-id="${name}"]`).click();
	clicks++;
}

async function importExample(file: string): Promise<void> {
	await page.goto(`${n8n.url}/workflow/new`);
	await page.locator('[data-test-id="workflow-import-input"]').setInputFiles(path.join(root, 'examples', file));
	await page.locator('[data-test-id="canvas-node"]').first().waitFor();
	// Create workflow, the menu, "Import from file", the file, "Open".
	clicks = 5;
}

test('one file and fewer than ten clicks make an agent that books', async () => {
	await importExample('voice-agent-in-one-workflow.json');
	await expect(page.locator('[data-test-id="node-issues"]').count()).resolves.toBe(0);
	await picture(page, 'import-one-file');
	await click('workflow-open-publish-modal-button');
	await click('workflow-publish-button');
	await page.locator('[data-test-id="workflow-open-publish-modal-button"]').filter({ hasText: 'Published' }).waitFor();
	await page.getByText('Got it', { exact: true }).click();
	clicks++;
	const [voicePage] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'voice page' }).click()]);
	clicks++;
	await voicePage.getByRole('button', { name: 'Call' }).waitFor();
	await voicePage.close();
	expect(clicks).toBeLessThan(10);
	const said = 'book a dentist appointment tomorrow at three p m';
	const report = await call({ n8n, pageUrl: `${n8n.url}/webhook/appointments` }, '--say', said, '--say', 'what is on my calendar tomorrow').report;
	const booked = { name: 'book_appointment', ok: true, arguments: { title: 'dentist appointment', day: 'tomorrow', time: 'three p m' } };
	expect(report.turns).toEqual([
		expect.objectContaining({ heard: said, answered: true, tools: [expect.objectContaining(booked)] }),
		expect.objectContaining({ answered: true, tools: [expect.objectContaining({ name: 'list_appointments', ok: true })] }),
	]);
	expect(await n8n.dataTableRows('Appointments')).toEqual([expect.objectContaining({ title: 'dentist appointment', time: '15:00' })]);
}, 120_000);

test('the agent whose tools are workflows of their own says on the node that they have to be chosen', async () => {
	await importExample('voice-agent-appointments.json');
	await page.locator('[data-test-id="canvas-node"][data-node-name="Llama Chat"] [data-test-id="node-issues"]').waitFor();
	await expect(page.locator('[data-test-id="workflow-open-publish-modal-button"]').isDisabled()).resolves.toBe(true);
	await picture(page, 'import-agent');
});
