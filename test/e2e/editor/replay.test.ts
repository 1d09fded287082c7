// Guards against a turn that can be run only once: in the editor a turn is pinned, run again node by node, and retried, all
// of it long after the caller has hung up.
import { z } from 'zod';
import { readExecution } from '../../../deploy/local/host/executions';
import { workflowFile } from '../../../deploy/local/host/workflows';
import { picture } from '../../page/browser';
import { call } from '../headless-caller';
import { changeNode, modelAt, outputOf } from '../world';
import { type Editor, openEditor } from './editor';

let editor: Editor;
/** What the trigger gave out for a turn whose call is over. */
let turnItem: Record<string, unknown>;

beforeAll(async () => {
	editor = await openEditor();
	const { world } = editor;
	await call(world, '--say', 'what is on my calendar tomorrow').report;
	const [turn] = await world.turns(1);
	turnItem = outputOf(turn, 'Voice Session Trigger');
	const draft = workflowFile.extend({ versionId: z.string() });
	const { nodes, connections, versionId } = await world.n8n.rest.request('GET', `/workflows/${world.agentId}`, draft);
	const pinData = { 'Voice Session Trigger': [{ json: turnItem }] };
	await world.n8n.rest.request('PATCH', `/workflows/${world.agentId}`, z.unknown(), { nodes, connections, pinData, versionId });
}, 300_000);
afterAll(async () => await editor?.close());

const REPLAYED = { replayed: true, note: expect.stringContaining('Replayed without the call') };

async function newest(mode: string) {
	const { n8n, agentId } = editor.world;
	const executions = await n8n.executions(agentId);
	return executions.filter((execution) => execution.mode === mode).at(-1);
}

test('a pinned turn runs through to a file, and each node says that it was replayed', async () => {
	const { page } = editor;
	await editor.openWorkflow();
	await page.locator('[data-test-id="execute-workflow-button"]').first().click();
	await page.getByText('Workflow executed successfully', { exact: false }).first().waitFor();
	const execution = await newest('manual');
	expect(execution?.status).toBe('success');
	expect(outputOf(execution, 'Transcribe')).toMatchObject({ ...REPLAYED, text: turnItem.heard, turnId: turnItem.turnId, language: 'en' });
	expect(outputOf(execution, 'Llama Chat')).toMatchObject({ ...REPLAYED, tools: [expect.objectContaining({ name: 'list_appointments', ok: true })] });
	expect(outputOf(execution, 'Orpheus Speak')).toMatchObject({ ...REPLAYED, text: outputOf(execution, 'Llama Chat').text });
	await editor.openNode('Orpheus Speak');
	await page.getByText('Replayed without the call', { exact: false }).first().waitFor();
	await picture(page, 'editor-replayed');
});

test('a single node runs again on what the nodes before it gave', async () => {
	const { page } = editor;
	const before = (await newest('manual'))?.id;
	await page.locator('[data-test-id="node-execute-button"]').click();
	await page.getByText('Node executed successfully', { exact: false }).first().waitFor();
	const execution = await newest('manual');
	expect(execution?.id).not.toBe(before);
	expect(execution?.status).toBe('success');
	expect(outputOf(execution, 'Orpheus Speak')).toMatchObject(REPLAYED);
});

test('a failed execution is retried once its workflow is mended', async () => {
	const { world } = editor;
	await changeNode(world, 'Llama Chat', modelAt('/no/such/model.gguf'));
	await call(world, '--say', 'what is on my calendar tomorrow').report;
	const executions = await world.n8n.executions(world.agentId);
	const failed = executions.filter(({ status }) => status === 'error').at(-1);
	if (!failed) throw new Error('the execution with the missing model did not fail');
	await changeNode(world, 'Llama Chat', modelAt('auto'));
	const { id } = await world.n8n.rest.request('POST', `/executions/${failed.id}/retry`, z.object({ id: z.string() }).passthrough(), { loadWorkflow: true });
	for (;;) {
		const retried = await readExecution(world.n8n.rest, id);
		if (retried.status !== 'running' && retried.status !== 'new') {
			expect(retried).toMatchObject({ status: 'success', mode: 'retry' });
			expect(outputOf(retried, 'Llama Chat')).toMatchObject(REPLAYED);
			expect(outputOf(retried, 'Orpheus Speak')).toMatchObject(REPLAYED);
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 250));
	}
}, 120_000);
