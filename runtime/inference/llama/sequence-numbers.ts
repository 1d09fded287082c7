import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };

const numbers = new WeakMap<LlamaContextSequence, number>();

/** All sequences of a new context, in the order of llama.cpp's own numbers. */
export function sequencesOf(context: LlamaContext): LlamaContextSequence[] {
	return Array.from({ length: context.totalSequences }, (_, number) => {
		const sequence = context.getSequence();
		numbers.set(sequence, number);
		return sequence;
	});
}

/** llama.cpp's number of a sequence that `sequencesOf` gave. */
export const numberOf = (sequence: LlamaContextSequence): number => numbers.get(sequence) ?? 0;
