import type { ChatWrapper, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };

/** Letters of a name, and tokens that it may take. */
const NAME = /^\s*([\w.:/-]*)/;
const MOST_TOKENS = 32;
/** Of what is written, so much is looked at to see whether a name is next. */
const TAIL_TOKENS = 16;

type Evaluate = LlamaContextSequence['evaluate'];

/** The model began to call a tool that it was not offered. */
export class OtherToolCalled extends Error {
	constructor(readonly called: string) {
		super('The model called a tool that it was not offered.');
	}
}

/**
 * The sequence, on which the model writes a called tool's name as it means it. LlamaChat has a grammar write it, which
 * makes of every tool one of those that are offered: an agent that is asked for the weather, and can only book, would book.
 * A name that is none of `names` ends the reply with OtherToolCalled.
 */
export function withNamesAsMeant(sequence: LlamaContextSequence, model: LlamaModel, wrapper: ChatWrapper, names: readonly string[]): LlamaContextSequence {
	const prefix = textOf(wrapper.settings.functions.call.prefix).trimEnd();
	const tailOf = (tokens: Token[]): string => model.detokenize([...sequence.contextTokens.slice(-TAIL_TOKENS), ...tokens].slice(-TAIL_TOKENS), true);
	const evaluate: Evaluate = async function* (tokens, options = {}) {
		const { grammarEvaluationState: grammar, ...free } = options;
		const constrained = (typeof grammar === 'function' ? grammar() : grammar) !== undefined;
		const before = constrained && prefix !== '' ? tailOf(tokens) : '';
		const begun = beginOfName(before, prefix, names);
		if (begun === undefined) return yield* sequence.evaluate(tokens, options);
		const written: Token[] = [];
		let text = '';
		for await (const token of sequence.evaluate(tokens, free)) {
			written.push(token);
			const whole = model.detokenize(written, false);
			if (model.isEogToken(token) || written.length > MOST_TOKENS || whole === text) break;
			text = whole;
			if (NAME.exec(text)?.[0] !== text) break;
		}
		const name = begun + (NAME.exec(text)?.[1] ?? '');
		if (!names.includes(name)) throw new OtherToolCalled(name);
		// The name, and the sign by which LlamaChat knows that it is over.
		for (const token of model.tokenize(`${name.slice(begun.length)}\n`, false, 'trimLeadingSpace')) yield token;
	};
	return new Proxy(sequence, { get: (target, key) => (key === 'evaluate' ? evaluate : (Reflect.get(target, key) as unknown)) });
}

/** What begins a call in the model's notation: where no tool is offered, there is no use in the rest. undefined: it has no notation. */
export function callPrefix(wrapper: ChatWrapper): string | undefined {
	return textOf(wrapper.settings.functions.call.prefix).trim() || undefined;
}

/** What stands of a name already, '' for nothing; undefined where it is no name that is written next. */
function beginOfName(before: string, prefix: string, names: readonly string[]): string | undefined {
	const at = before.lastIndexOf(prefix);
	if (prefix === '' || at < 0) return undefined;
	const begun = before.slice(at + prefix.length).trimStart();
	return begun === '' || names.some((name) => name.startsWith(begun) && name !== begun) ? begun : undefined;
}

/** A wrapper's marks may be texts of their own kind. */
function textOf(text: unknown): string {
	if (typeof text === 'string') return text;
	const { values, value } = text as { values?: readonly unknown[]; value?: unknown };
	if (values) return values.map(textOf).join('');
	return typeof value === 'string' ? value : '';
}
