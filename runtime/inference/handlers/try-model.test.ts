// Guards against: a model that is said to hold real time and does not.
import { chatSettings } from '../../contract/chat';
import type { ModelTrial, TriedTask } from '../../rpc/inference-protocol';
import type { ChatRequest } from '../chat/engine';
import { tryModelHandler } from './try-model';

type Deps = Parameters<typeof tryModelHandler>[0];

async function measured(task: TriedTask, deps: object): Promise<ModelTrial> {
	return await tryModelHandler(deps as Deps)({ task, model: 'slow' }, { signal: new AbortController().signal, emit: () => undefined, onInput: () => undefined });
}

test('a voice that works longer on its sound than the sound lasts', async () => {
	const asked: string[] = [];
	const speaker = {
		async *speak() {
			await new Promise((resolve) => setTimeout(resolve, 60));
			yield { pcm: new Int16Array(160), sampleRate: 16_000 };
		},
		close: () => undefined,
	};
	const voices = {
		warm: async ({ engine }: { engine: string }) => await Promise.resolve(asked.push(engine)),
		speaker: () => speaker,
	};
	const trial = await measured('voice', { voices });
	expect(asked).toEqual(['slow']);
	expect(trial.holdsRealTime).toBe(false);
	expect(trial.workPerSecond).toBeGreaterThan(4);
});

test('a voice that makes no sound is no voice', async () => {
	const voices = { warm: async () => await Promise.resolve(), speaker: () => ({ async *speak() {}, close: () => undefined }) };
	await expect(measured('voice', { voices })).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
});

test.each([[100, 11, false], [100, 101, true]])('a language model: after %d ms, %d tokens in 5 s', async (ttftMs, completionTokens, holdsRealTime) => {
	const prompts: string[] = [];
	const chat = {
		warm: async () => await Promise.resolve(),
		chat: async ({ messages, settings }: ChatRequest) => {
			prompts.push(messages[0]?.content ?? '');
			expect(settings).toEqual(chatSettings.parse({ model: 'slow', sampling: { maxTokens: 64 } }));
			return await Promise.resolve({ ttftMs, durationMs: ttftMs + 5000, usage: { completionTokens } });
		},
	};
	await expect(measured('chat', { chat })).resolves.toMatchObject({ firstMs: ttftMs, tokensPerSecond: (completionTokens - 1) / 5, holdsRealTime });
	// Nothing is answered from what the model has read before.
	expect(new Set(prompts).size).toBe(3);
});
