// Guards against: a model file whose chat template takes all time or all memory, from its first rendering on or years later.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BROKEN_TEMPLATES, HOSTILE_TEMPLATES, LATE_TEMPLATE, ownTemplate } from '../../../fixtures/chat-templates.fixture';
import { writeScriptedGguf } from '../../../fixtures/scripted-gguf.fixture';
import { modelFile, modelPath } from '../../../models/resolve';
import { TemplateProcess } from './template-process';

jest.setTimeout(120_000);

let folder: string;
const started: TemplateProcess[] = [];
beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-templates-'));
});
afterEach(() => started.splice(0).forEach((each) => each.close()));
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function processFor(template: string | undefined): Promise<TemplateProcess> {
	const file = path.join(folder, `${started.length}-${Math.random()}.gguf`);
	writeScriptedGguf(file, [{ say: 'Good evening.' }], template === undefined ? {} : { template });
	const made = new TemplateProcess(await modelFile(file));
	started.push(made);
	return made;
}

/** So many messages, the last one the model's. */
function history(messages: number): string {
	return JSON.stringify(Array.from({ length: messages }, (_, index) => (index % 2 === 0 ? { type: 'user', text: `Question ${index}` } : { type: 'model', response: [`Answer ${index}`] })));
}

it.each(Object.entries(HOSTILE_TEMPLATES))('%s: refused with a reason and a remedy, in seconds', async (_what, template) => {
	const began = performance.now();
	const opening = (await processFor(template)).open();
	await expect(opening).rejects.toMatchObject({
		code: 'VOICE_ERR_MODEL_BROKEN',
		message: expect.stringMatching(/gguf cannot be used for chat: its chat template (takes too long|needs more than|cannot write|ended)/),
		remedy: expect.stringMatching(/another model/),
	});
	expect(performance.now() - began).toBeLessThan(60_000);
});

it.each(Object.entries(BROKEN_TEMPLATES))('%s: refused, or a built-in format stands in where there is one', async (_what, template) => {
	const outcome = await (await processFor(template)).open().then(({ kind }) => kind as string, ({ code }: { code: string }) => code);
	expect(template.trim() === '' ? ['none'] : ['builtIn', 'VOICE_ERR_MODEL_BROKEN']).toContain(outcome);
});

it('one that hangs later ends its process, fails that rendering, and goes on with the next', async () => {
	const late = await processFor(LATE_TEMPLATE);
	await expect(late.open()).resolves.toMatchObject({ kind: 'own' });
	await expect(late.render(history(6), '')).resolves.toContain('Question 4');
	await expect(late.render(history(24), '')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(/takes too long/) });
	await expect(late.render(history(4), '')).resolves.toContain('Question 2');
});

it('a template of its own is kept; one that a built-in format writes as well is not needed', async () => {
	await expect((await processFor(ownTemplate())).open()).resolves.toMatchObject({ kind: 'own' });
	await expect((await processFor(undefined)).open()).resolves.toMatchObject({ kind: 'builtIn', name: 'llama3.1' });
	const demo = new TemplateProcess(await modelFile(modelPath('pack:answer')));
	started.push(demo);
	await expect(demo.open()).resolves.toMatchObject({ kind: 'builtIn', name: 'llama3.1' });
});
