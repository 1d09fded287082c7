// Guards against: an engine that loses text or tools, cannot be stopped, mixes conversations, or dies of a bad model file.
import { InferenceProcess } from '../../fixtures/inference-process.fixture';
import { type ChatUnderTest, describeChatEngine } from './conformance.fixture';

function open(): Promise<ChatUnderTest> {
	const inference = new InferenceProcess();
	return Promise.resolve({
		// Of a model as small as these; see model.ts.
		places: 16,
		chat: ({ model, sampling, tools = [], ...request }, onText = () => undefined) =>
			inference.client.call('chat', { ...request, tools, settings: { model, sampling } }, ({ text }) => onText(text)),
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
