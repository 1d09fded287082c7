import type { TokenAsk } from '../token-source';

/** `<custom_token_2>`, end of speech: servers stop there, and so do we where they do not. */
export const END_OF_SPEECH = 2;

const STOP = [`<custom_token_${END_OF_SPEECH}>`];
/** llama-server's penalty looks at the last tokens only: as many as the embedded engine's. */
const PENALTY_TOKENS = 64;
/**
 * In its own order the penalty looks up all 156,940 tokens, on the one thread that samples for all speeches. Of the best
 * `top_k` it costs nothing; only a token that would have moved up among these is missing.
 */
const SAMPLERS = ['top_k', 'penalties', 'top_p', 'temperature'];

export type DialectName = 'vllm' | 'llama-server' | 'sglang';

/** How a server's `/v1/completions` wants to be asked for Orpheus's tokens. */
export interface Dialect {
	readonly name: DialectName;
	/** What `/v1/models` says it is owned by. */
	readonly owners: readonly string[];
	/** Does it put `<|begin_of_text|>` before every prompt, and cannot be told not to? */
	readonly addsStart: boolean;
	readonly fields: (ask: TokenAsk) => Readonly<Record<string, unknown>>;
}

function common({ sampling, maxTokens }: TokenAsk): Readonly<Record<string, unknown>> {
	return {
		max_tokens: maxTokens,
		temperature: sampling.temperature,
		top_p: sampling.topP,
		top_k: sampling.topK,
		stop: STOP,
	};
}

/**
 * Most servers pass over the fields of the others without a word, so a wrong guess does not fail: it speaks with
 * another penalty, which is heard. Hence /v1/models is asked whose server it is, and the short request only shows
 * that it works. Stop ids (vLLM's `stop_token_ids`) are not used: they would have to be looked up in the server's
 * tokenizer, while the stop's text is the same in all of them, and SGLang needs it.
 */
export const DIALECTS: readonly Dialect[] = [
	{
		name: 'vllm',
		// TensorRT-LLM's API was made from vLLM's, and refuses any field that it does not know.
		owners: ['vllm', 'tensorrt_llm'],
		addsStart: false,
		fields: (ask) => ({
			...common(ask),
			repetition_penalty: ask.sampling.repetitionPenalty,
			// Without these the custom tokens are left out of the text, or stand with spaces between them.
			skip_special_tokens: false,
			spaces_between_special_tokens: false,
			add_special_tokens: false,
		}),
	},
	{
		name: 'sglang',
		owners: ['sglang'],
		addsStart: true,
		fields: (ask) => ({ ...common(ask), repetition_penalty: ask.sampling.repetitionPenalty, skip_special_tokens: false }),
	},
	{
		name: 'llama-server',
		owners: ['llamacpp'],
		addsStart: true,
		fields: (ask) => ({
			...common(ask),
			repeat_penalty: ask.sampling.repetitionPenalty,
			repeat_last_n: PENALTY_TOKENS,
			samplers: SAMPLERS,
			cache_prompt: true,
		}),
	},
];

/**
 * Orpheus was trained on start-of-human, begin-of-text, the words, end-of-turn, end-of-human, start-of-AI,
 * start-of-speech. This is their text form: each of the tokens is read as one by a server that parses special
 * tokens in prompts, as all of these do. Where the server puts a begin-of-text first anyway, a second one is left out.
 */
export function promptText({ voice, text }: Pick<TokenAsk, 'voice' | 'text'>, { addsStart }: Pick<Dialect, 'addsStart'>): string {
	const start = addsStart ? '' : '<|begin_of_text|>';
	return `<custom_token_3>${start}${voice}: ${plain(text)}<|eot_id|><custom_token_4><custom_token_5><custom_token_1>`;
}

/** What is to be said must not end the turn or speak in codes; `<laugh>` is Orpheus's own and stays. */
function plain(text: string): string {
	return text.replace(/<(?=\|[\w-]+\|>|custom_token_\d+>)/g, '< ');
}
