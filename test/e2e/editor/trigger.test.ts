// Guards against nodes that work in production but not in the hands of somebody who builds a workflow in the editor: where
// the test page is has to be in sight while n8n waits for a caller, and nobody is told to do what is done.
import { z } from 'zod';
import { picture } from '../../page/browser';
import { call } from '../headless-caller';
import { outputOf } from '../world';
import { type Editor, openEditor } from './editor';

const TRIGGER = 'Voice Session Trigger';

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
}, 300_000);
afterAll(async () => await editor?.close());
beforeEach(async () => await editor.openWorkflow());

function links() {
	return editor.page.locator('[data-test-id="empty-fields-notice"] a');
}

test('the four nodes stand on the canvas, known to n8n, and the outputs say their whole names', async () => {
	for (const name of [TRIGGER, 'Transcribe', 'Llama Chat', 'Orpheus Speak']) await editor.nodeOnCanvas(name).waitFor();
	await picture(editor.page, 'editor-canvas');
	await expect(editor.page.getByText('Install this node', { exact: false }).count()).resolves.toBe(0);
	const labels = editor.nodeOnCanvas(TRIGGER).locator('[data-test-id="canvas-node-output-handle"] [class*="label"]');
	for (const name of ['Turn', 'Started', 'Ended']) {
		const label = labels.filter({ hasText: new RegExp(`^${name}$`) }).first();
		await label.waitFor();
		await expect(label.evaluate((element) => element.scrollWidth <= element.clientWidth)).resolves.toBe(true);
	}
});

test('the panel links to both pages, follows the path, and does not ask to publish what is published', async () => {
	const { page, world } = editor;
	await editor.openNode(TRIGGER);
	await page.getByText('Who Can Call').first().waitFor();
	await links().first().waitFor();
	await picture(page, 'editor-trigger');
	expect(await links().allInnerTexts()).toEqual([`${world.n8n.url}/webhook-test/voice`, `${world.n8n.url}/webhook/voice`]);
	await expect(page.locator('[data-test-id="ndv"]').getByText(/publish(ed)? (the|your) workflow|publish it/i).count()).resolves.toBe(0);
	// Looking is no change: n8n would ask to publish again.
	await page.keyboard.press('Escape');
	await page.locator('[data-test-id="workflow-open-publish-modal-button"]').filter({ hasText: 'Published' }).waitFor();
	await editor.openNode(TRIGGER);
	await page.locator('[data-test-id="parameter-input-path"] input').fill('<other> & "path"');
	await links().filter({ hasText: '/webhook-test/%3Cother%3E' }).waitFor();
	await page.locator('[data-test-id="parameter-input-path"] input').fill('');
	await page.getByText('Enter a path').waitFor();
	await page.locator('[data-test-id="parameter-input-path"] input').fill('voice');
	await links().first().waitFor();
});

test('while it listens, the link to the test page is in sight and can be clicked', async () => {
	const { page } = editor;
	await editor.openNode(TRIGGER);
	await page.locator('[data-test-id="node-execute-button"]').click();
	await page.getByText('Stop Listening').first().waitFor();
	const [testPage] = await Promise.all([page.context().waitForEvent('page'), links().first().click()]);
	await testPage.getByRole('button', { name: 'Call' }).waitFor();
	await picture(page, 'editor-listening');
	await testPage.close();
	await page.locator('[data-test-id="node-execute-button"]').click();
	await page.getByText('Stop Listening').first().waitFor({ state: 'hidden' });
});

test('the test button runs one turn of a call to the test URL and shows its data', async () => {
	const { page, world } = editor;
	await page.locator('[data-test-id="execute-workflow-button"]').first().click();
	await page.getByText('Open the test page (link in this node) and speak').first().waitFor();
	await picture(page, 'editor-waiting');
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
	const { n8n, runtime: { url, key } } = editor.world;
	const answer = z.object({ status: z.string(), message: z.string() });
	const tested = async (data: { url: string; apiKey: string }) =>
		await n8n.rest.request('POST', '/credentials/test', answer, {
			credentials: { id: '', name: 'Voice runtime', type: 'voiceRuntimeApi', data },
		});
	await expect(tested({ url, apiKey: key })).resolves.toMatchObject({ status: 'OK' });
	await expect(tested({ url, apiKey: 'no-such-key-'.repeat(4) })).resolves.toMatchObject({ status: 'Error', message: expect.stringContaining('the key is wrong') });
	await expect(tested({ url: 'http://127.0.0.1:9', apiKey: key })).resolves.toMatchObject({ status: 'Error' });
});
