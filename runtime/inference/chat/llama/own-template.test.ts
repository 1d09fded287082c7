// Guards against: a model with a template of its own that answers differently or is read anew each turn, and one that holds up everybody else.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ChatMessage } from '../../../contract/chat';
import { HOSTILE_TEMPLATES, LATE_TEMPLATE, ownTemplate } from '../../fixtures/chat-templates.fixture';
import { InferenceProcess } from '../../fixtures/inference-process.fixture';
import { writeScriptedGguf } from '../../fixtures/scripted-gguf.fixture';

jest.setTimeout(120_000);

let folder: string;
let inference: InferenceProcess;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-own-template-'));
	inference = new InferenceProcess();
});
afterAll(async () => {
	expect(inference.alive).toBe(true);
	await inference.stop();
	await rm(folder, { recursive: true, force: true });
});

function model(name: string, template: string, script = [{ say: 'Good evening to you.' }]): string {
	const file = path.join(folder, `${name}.gguf`);
	writeScriptedGguf(file, script, { template });
	return file;
}

async function chat(file: string, messages: ChatMessage[], conversation = 'c', tools: Array<{ name: string }> = []) {
	return await inference.client.call('chat', { conversation, settings: { model: file }, messages, tools }).result;
}

function user(content: string): ChatMessage {
	return { role: 'user', content };
}
function said(content: string): ChatMessage {
	return { role: 'assistant', content, toolCalls: [] };
}

it('answers, and reads only what is new in the next turn', async () => {
	const file = model('own', ownTemplate());
	const first = await chat(file, [user('hello')]);
	expect(first.text).toBe('Good evening to you.');
	const second = await chat(file, [user('hello'), said(first.text), user('hello again')]);
	expect(second.text).toBe('Good evening to you.');
	expect(second.usage.reusedTokens).toBeGreaterThanOrEqual(first.usage.promptTokens);
});

it('calls a tool in the syntax that node-llama-cpp finds in the template, and goes on with its result', async () => {
	const file = model('tools', ownTemplate());
	const tools = [{ name: 'book' }];
	const first = await chat(file, [user('hello')], 't', tools);
	expect(first).toMatchObject({ text: 'Good evening to you.', toolCalls: [] });
	const result: ChatMessage = { role: 'assistant', content: 'Let me see.', toolCalls: [{ id: 'a', name: 'book', arguments: {}, result: { ok: true } }] };
	await expect(chat(file, [user('hello'), result], 't', tools)).resolves.toMatchObject({ stopReason: 'end' });
});

it.each([['no', ''], ['an empty', ' \n']])('with %s template it is refused as the base model that it is, and nothing of it is heard', async (_what, template) => {
	const refused = chat(model('base', template), [user('hello')]);
	await expect(refused).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(/has no chat template/), remedy: expect.stringMatching(/instruct version/) });
});

it('while a hostile one is tried, everybody else is served, and it is refused as what it is', async () => {
	const good = model('good', ownTemplate());
	await chat(good, [user('hello')]);
	const bad = chat(model('bad', HOSTILE_TEMPLATES['nested loops'] ?? ''), [user('hello')], 'bad');
	let refused = false;
	bad.catch(() => (refused = true));
	let slowest = 0;
	let served = 0;
	while (!refused) {
		const asked = performance.now();
		await inference.client.call('ping', {}).result;
		slowest = Math.max(slowest, performance.now() - asked);
		await chat(good, [user('hello')], `other-${served++}`);
	}
	await expect(bad).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(/chat template takes too long/), remedy: expect.stringMatching(/another model/) });
	expect(served).toBeGreaterThan(1);
	expect(slowest).toBeLessThan(1000);
	// Who asks again is told again.
	await expect(chat(path.join(folder, 'bad.gguf'), [user('hello')])).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
});

it('one that hangs in the middle of a call fails that turn alone, and can be asked again', async () => {
	const late = model('late', LATE_TEMPLATE);
	const talk = (turns: number): ChatMessage[] => [...Array.from({ length: turns }, () => [user('hello'), said('Good evening to you.')]).flat(), user('hello')];
	await expect(chat(late, talk(2))).resolves.toMatchObject({ text: 'Good evening to you.' });
	await expect(chat(late, talk(12))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
	await expect(chat(late, talk(3))).resolves.toMatchObject({ text: 'Good evening to you.' });
});
