// Guards against lists in the nodes that stay empty in the editor: n8n asks for no list of a node without a credential
// unless it is told to, and an empty list looks like a runtime without models.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { z } from 'zod';
import { picture } from '../../page/browser';
import { writeToneVoice } from '../../../runtime/inference/fixtures/tone-voice.fixture';
import { changeNode, outputOf } from '../world';
import { type Editor, openEditor } from './editor';

let editor: Editor;
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-lists-'));

beforeAll(async () => {
	writeToneVoice(path.join(folder, 'own-voice'), { rate: 16_000, speakers: ['bella', 'adam'] });
	const servers = path.join(folder, 'servers.json');
	const tokens = (voices: string[]) => ({ baseUrl: 'http://127.0.0.1:9', speak: { kind: 'orpheus-tokens', voices } });
	writeFileSync(servers, JSON.stringify({ one: tokens(['tara', 'leo']), two: tokens(['leo', 'mia']), cards: { servers: ['one', 'two'] } }));
	editor = await openEditor({ VOICE_LOOP_SERVERS: servers });
}, 300_000);
afterAll(async () => {
	await editor?.close();
	rmSync(folder, { recursive: true });
});
// A list that is open swallows the key that would close the panel.
beforeEach(async () => await editor.openWorkflow());

/** An open drop-down's entries, of n8n's two kinds. */
function entries(): Locator {
	return editor.page.locator('[data-test-id="rlc-item"]:visible, .option-headline:visible');
}

/** A list that is opened while n8n still fetches it closes again. */
const OPENS_WITHIN_MS = 4000;
const MOST_TRIES = 4;

async function opened(list: Locator, expected: RegExp): Promise<void> {
	const entry = entries().filter({ hasText: expected }).first();
	for (let tries = 1; ; tries++) {
		await list.click();
		if (await entry.waitFor({ timeout: OPENS_WITHIN_MS }).then(() => true, () => false)) break;
		if (tries === MOST_TRIES) throw new Error(`The list shows ${(await entries().allInnerTexts()).join(', ') || 'nothing'}, and not ${expected}.`);
	}
	await expect(editor.page.getByText(/Could not load list|Error fetching options/i).count()).resolves.toBe(0);
}

test.each([
	['Transcribe', /pack/i],
	['Llama Chat', /pack/i],
])('%s lists models, for itself and for its fallbacks', async (node, expected) => {
	await editor.openNode(node);
	const models = editor.page.locator('[data-test-id="resource-locator-model"] [data-test-id="rlc-input-container"]');
	await opened(models.first(), expected);
	await picture(editor.page, `editor-models-${node.replaceAll(' ', '-')}`);
	await editor.openWorkflow();
	await editor.openNode(node);
	await editor.page.getByRole('button', { name: 'Add Model' }).click();
	await opened(models.nth(1), expected);
});

test('Llama Chat lists the workflows that can be tools', async () => {
	await editor.openNode('Llama Chat');
	await opened(editor.page.locator('[data-test-id="resource-locator-workflowId"] [data-test-id="rlc-input-container"]').first(), /Book appointment/);
});

test('Orpheus Speak lists engines and voices, for itself and for its fallbacks', async () => {
	await editor.openNode('Orpheus Speak');
	const engines = editor.page.locator('[data-test-id="parameter-input-engine"]');
	const voices = editor.page.locator('[data-test-id="parameter-input-voice"]');
	await opened(engines.first(), /flite/);
	await expect(editor.page.getByText(/Kokoro.*(not fetched|too big)/).count()).resolves.toBeGreaterThan(0);
	await picture(editor.page, 'editor-voices');
	await editor.openWorkflow();
	await editor.openNode('Orpheus Speak');
	await opened(voices.first(), /slt/i);
	await editor.openWorkflow();
	await editor.openNode('Orpheus Speak');
	await editor.page.getByRole('button', { name: 'Add Voice' }).click();
	await opened(engines.nth(1), /flite/);
	await entries().filter({ hasText: /^flite$/ }).first().click();
	await opened(voices.nth(1), /slt/i);
});

test('Orpheus Speak lists the voices of a model by its path, and speaks a sample of one', async () => {
	const { page, world } = editor;
	const speak = { id: 'speak', name: 'Orpheus Speak', type: 'n8n-nodes-voice-loop.orpheusSpeak', typeVersion: 1, position: [200, 0], parameters: { engine: `=${path.join(folder, 'own-voice')}` } };
	const start = { id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} };
	const connections = { Start: { main: [[{ node: speak.name, type: 'main', index: 0 }]] } };
	const { id } = await world.n8n.rest.request('POST', '/workflows', z.object({ id: z.string() }).passthrough(), { name: 'A voice of my own', nodes: [start, speak], connections, settings: {} });
	await editor.openWorkflow(id);
	await editor.openNode(speak.name);
	await opened(page.locator('[data-test-id="parameter-input-voice"]').first(), /^bella$/);
	expect(await entries().allInnerTexts()).toEqual(expect.arrayContaining(['Default', 'bella', 'adam']));
	await picture(page, 'editor-own-voice');
	await entries().filter({ hasText: /^bella$/ }).first().click();
	await page.locator('[data-test-id="node-execute-button"]').click();
	await page.getByText('Node executed successfully', { exact: false }).first().waitFor();
	await page.getByText('the voice spoke a sample', { exact: false }).first().waitFor();
	await picture(page, 'editor-voice-sample');
	const execution = (await world.n8n.executions(id)).at(-1);
	expect(outputOf(execution, speak.name)).toMatchObject({ sample: true, voice: 'bella', text: 'Hello, this is Bella. How can I help you today?' });
});

test('Orpheus Speak lists servers that share the load, with the voices that all of them have', async () => {
	await editor.openNode('Orpheus Speak');
	await opened(editor.page.locator('[data-test-id="parameter-input-engine"]').first(), /^Servers: cards$/);
	await entries().filter({ hasText: /^Servers: cards$/ }).scrollIntoViewIfNeeded();
	await picture(editor.page, 'editor-servers');
	await changeNode(editor.world, 'Orpheus Speak', { engine: 'server:cards' });
	await editor.openWorkflow();
	await editor.openNode('Orpheus Speak');
	await opened(editor.page.locator('[data-test-id="parameter-input-voice"]').first(), /Leo/);
	expect((await entries().allInnerTexts()).filter((name) => /Leo|Tara|Mia/.test(name))).toEqual(['Leo (English)']);
});

test.each(['Decoder', 'Model'])("Orpheus Speak lists Orpheus's own files: %s", async (setting) => {
	await editor.openNode('Orpheus Speak');
	await editor.page.locator('[data-test-id="collection-parameter-add"]').last().click();
	await editor.page.locator('[data-test-id="collection-parameter-option"]:visible').filter({ hasText: new RegExp(`^${setting}$`) }).click();
	await opened(editor.page.locator(`[data-test-id="parameter-input-${setting.toLowerCase()}"]`).last(), /auto/i);
});
