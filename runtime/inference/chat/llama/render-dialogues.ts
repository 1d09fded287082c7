import { createInterface } from 'node:readline';

import { z } from 'zod';

import { chatMessage, toolSpec } from '../../../contract/chat';
import { llama3Wrapper, toChatHistory, toModelFunctions } from './chat-format';
import type { Library } from '../../llama/library';

/**
 * Writes what the demo model sees of a dialogue, for the trainer's check (models/answer/check-format.py).
 * One `{messages, tools}` a line in, one `{pieces, tokens}` a line out; `tokens` only where a GGUF file is given.
 */
const dialogue = z.object({ messages: z.array(chatMessage), tools: z.array(toolSpec) });

interface Piece {
	text: string;
	/** Special tokens are parsed in this piece. */
	special: boolean;
}

async function openModel(library: Library, modelPath: string) {
	const llama = await library.getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: library.LlamaLogLevel.error });
	return await llama.loadModel({ modelPath, vocabOnly: true });
}

async function main(modelPath: string | undefined): Promise<void> {
	const library: Library = await import('node-llama-cpp');
	const wrapper = llama3Wrapper(library);
	const model = modelPath === undefined ? undefined : await openModel(library, modelPath);
	for await (const line of createInterface({ input: process.stdin })) {
		const { messages, tools } = dialogue.parse(JSON.parse(line));
		const { contextText } = wrapper.generateContextState({
			chatHistory: toChatHistory(messages),
			availableFunctions: toModelFunctions(tools),
			documentFunctionParams: true,
		});
		const pieces = contextText.values.map((value): Piece => {
			if (typeof value === 'string') return { text: value, special: false };
			return { text: value instanceof library.SpecialToken ? '<|begin_of_text|>' : value.value, special: true };
		});
		const tokens = model && contextText.tokenize(model.tokenizer);
		process.stdout.write(`${JSON.stringify({ pieces, tokens })}\n`);
	}
	await model?.dispose();
}

void main(process.argv[2]);
