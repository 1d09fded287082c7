import type { LlamaContextSequence, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import type { Permit } from '../scheduler/scheduler';

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
