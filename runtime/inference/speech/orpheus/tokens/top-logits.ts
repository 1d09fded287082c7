import type { LlamaContextSequence, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };

/** What node-llama-cpp (3.22.1) makes its samplers of. */
interface Native {
	readonly _llama?: { readonly _bindings?: { readonly AddonSampler?: new (model: unknown) => object } };
	readonly _model?: unknown;
}

/** `target` with another value in place of one of its own. */
function having<T extends object>(target: T, property: string, value: unknown): T {
	return new Proxy(target, { get: (inner, key) => (key === property ? value : (Reflect.get(inner, key) as unknown)) });
}

/**
 * The same sequence, whose calls of `controlledEvaluate` share one native sampler. node-llama-cpp makes one for each
 * call, with room for the whole vocabulary: for Orpheus 1.9 MB that are cleared on the main thread (1 ms a token) and given
 * back only by the garbage collector (750 MB after 400 tokens). One that makes them otherwise is not disturbed.
 */
export function withOneSampler(sequence: LlamaContextSequence): LlamaContextSequence {
	const { _llama: llama, _model: model } = sequence.model as unknown as Native;
	const AddonSampler = llama?._bindings?.AddonSampler;
	if (!AddonSampler) return sequence;
	const sampler = new AddonSampler(model);
	// Each call disposes of "its" sampler in the end.
	Object.defineProperty(sampler, 'dispose', { value: () => undefined });
	const bindings = having(llama._bindings, 'AddonSampler', new Proxy(AddonSampler, { construct: () => sampler }));
	return having(sequence, 'model', having(sequence.model, '_llama', having(llama, '_bindings', bindings)));
}

/** Evaluates a sequence's tokens one by one, and tells what the model holds most likely next. */
export class TopLogits {
	private lent: LlamaContextSequence | undefined;

	/** Keeps memory for one sampler once it is used, so there is one for each sequence and not for each speech. */
	constructor(private readonly sequence: LlamaContextSequence) {}

	/** Adds `token` to the sequence. The `count` tokens with the greatest logits after it, and those logits, the greatest first. */
	async after(token: Token, count: number): Promise<ReadonlyMap<Token, number>> {
		// These samplers change no logits and keep so many of them; the one that is drawn is passed over.
		const options = { temperature: 1, topK: count, topP: 1, seed: 0 };
		const logits = { filter: { tokens: [], includeTop: count } };
		this.lent ??= withOneSampler(this.sequence);
		const [output] = await this.lent.controlledEvaluate([[token, { generateNext: { logits, options } }]]);
		return output?.next.logits ?? new Map();
	}
}
