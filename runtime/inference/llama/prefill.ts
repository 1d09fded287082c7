import type { LlamaContextSequence, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import type { Permit } from '../scheduler/scheduler';

/** llama.cpp's kernels read 8 tokens in hardly less time than 16: 227 and 275 ms with a 1B model as Q4_K_M on one core. */
const SMALLEST_CHUNK = 16;
const LARGEST_CHUNK = 512;
/** How long a chunk may hold the model: the wait of a cancel, and the gap in somebody else's reply. */
const CHUNK_MS = 60;
/** The quickest of the last few chunks counts: one that the machine held up says nothing about the model. */
const MEMORY = 4;

/** Sizes a model's chunks by how long the ones before took. */
export class ChunkPace {
	size = SMALLEST_CHUNK;
	private readonly costs: number[] = [];

	/** `tokens` took `elapsedMs`. The size is at most doubled at a time. */
	took(tokens: number, elapsedMs: number): void {
		this.costs.push(elapsedMs / tokens);
		if (this.costs.length > MEMORY) this.costs.shift();
		const fitting = Math.floor(CHUNK_MS / Math.max(Math.min(...this.costs), 1e-6));
		this.size = Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, this.size * 2, fitting));
	}
}

/**
 * Reads a prompt into a sequence, all but its last token, in chunks. node-llama-cpp's own reading can be
 * neither aborted nor interleaved with other sequences; this can, between chunks, each of which asks for a permit.
 * Returns how many tokens of the prompt the sequence already held.
 */
export async function prefill(
	sequence: LlamaContextSequence,
	tokens: readonly Token[],
	pace: ChunkPace,
	permit: Permit,
	signal: AbortSignal,
	onTokens: (count: number) => void,
): Promise<number> {
	// The last token is left to generation, which needs one to start from.
	const prompt = tokens.slice(0, -1);
	await sequence.adaptStateToTokens(prompt, false);
	const reused = Math.min(sequence.nextTokenIndex, prompt.length);
	for (let from = reused; from < prompt.length; ) {
		signal.throwIfAborted();
		const chunk = prompt.slice(from, from + pace.size);
		await permit(chunk.length, async () => {
			const startedAt = performance.now();
			await sequence.evaluateWithoutGeneratingNewTokens(chunk);
			pace.took(chunk.length, performance.now() - startedAt);
		});
		onTokens(chunk.length);
		from += chunk.length;
	}
	signal.throwIfAborted();
	return reused;
}

type Evaluate = LlamaContextSequence['evaluate'];

/**
 * The sequence, asking for a permit before each token that it writes. LlamaChat writes tokens by itself and has no
 * place between them where it could be made to wait, so it gets this in place of the sequence.
 */
export function paced(sequence: LlamaContextSequence, permit: Permit): LlamaContextSequence {
	const evaluate: Evaluate = async function* (...asked) {
		const tokens = sequence.evaluate(...asked);
		let replacement: Token | Token[] | void = undefined;
		try {
			for (;;) {
				const next: IteratorResult<Token, void> = await permit(1, async () => await tokens.next(replacement));
				if (next.done) return;
				replacement = yield next.value;
			}
		} finally {
			await tokens.return();
		}
	};
	return new Proxy(sequence, { get: (target, key) => (key === 'evaluate' ? evaluate : (Reflect.get(target, key) as unknown)) });
}
