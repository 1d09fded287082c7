// Guards against: an engine that loses text or tools, cannot be stopped, mixes conversations, or dies of a bad model file.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { InferenceProcess } from '../../fixtures/inference-process.fixture';
import { writeScriptedGguf } from '../../fixtures/scripted-gguf.fixture';
import { type ChatUnderTest, describeChatEngine } from './conformance.fixture';

function open(): Promise<ChatUnderTest> {
	const inference = new InferenceProcess();
	return Promise.resolve({
		// Of a model as small as these; see model.ts.
		places: 16,
		chat: ({ model, sampling, tools = [], ...request }, onText = () => undefined) =>
			inference.client.call('chat', { ...request, tools, settings: { model, sampling } }, ({ text }) => onText(text)),
		readAhead: async ({ model, ...prompt }) => {
			await inference.client.call('warm', { transcribe: null, chat: { model }, speak: null, prompt }).result;
		},
		forget: async (conversation) => {
			await inference.client.call('forget', { conversation }).result;
		},
		tokens: async () => (await inference.client.call('stats', {}).result).tokens,
		close: async () => {
			expect(inference.alive).toBe(true);
			await inference.stop();
		},
	});
}

jest.setTimeout(120_000);
describeChatEngine('node-llama-cpp in the inference process', open);

it('lets a caller go on where it reads for them', async () => {
	const inference = new InferenceProcess();
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-ahead-'));
	try {
		const model = path.join(folder, 'slow.gguf');
		writeScriptedGguf(model, [{ say: 'Read it all.' }], { idleLayers: 6 });
		const prompt = { conversation: 'impatient', messages: [{ role: 'system' as const, content: 'abcdefghi '.repeat(300) }], tools: [] };
		const order: string[] = [];
		const reading = inference.client.call('warm', { transcribe: null, chat: { model }, speak: null, prompt }).result.then(() => order.push('read'));
		const background = async (): Promise<number> => (await inference.client.call('stats', {}).result).steps.background ?? 0;
		// One for the model's first run.
		while ((await background()) < 4) await new Promise(setImmediate);
		const messages = [...prompt.messages, { role: 'user' as const, content: 'Hi' }];
		const reply = await inference.client.call('chat', { ...prompt, messages, settings: { model } }, () => order.push('word')).result;
		await reading;
		expect(reply.text).toBe('Read it all.');
		expect(order[0]).toBe('read');
		expect(reply.usage.reusedTokens).toBeGreaterThan(16);
		expect(await background()).toBeLessThan(100);
	} finally {
		await inference.stop();
		rmSync(folder, { recursive: true });
	}
});
