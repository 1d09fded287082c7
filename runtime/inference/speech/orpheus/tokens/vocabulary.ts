import type { LlamaModel, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { VoiceError } from '../../../../contract/errors';

/** Of `<custom_token_N>`, the ones that are no sound. */
const START_OF_SPEECH = 1;
const END_OF_SPEECH = 2;
const START_OF_HUMAN = 3;
const END_OF_HUMAN = 4;
const START_OF_AI = 5;
const END_OF_AI = 6;
/** The last code at the last position. */
const LAST = 10 + 7 * 4096 - 1;

/**
 * Orpheus's tokens in one model file. Their ids differ from file to file (languages, fixtures), so they are
 * asked of the tokenizer; the published English model has 128256 for `<custom_token_0>`.
 */
export class OrpheusVocabulary {
	private constructor(
		private readonly model: Pick<LlamaModel, 'tokenize'>,
		private readonly first: number,
		private readonly begin: Token,
		private readonly endOfTurn: Token,
	) {}

	/** Throws VOICE_ERR_MODEL_BROKEN for a model that is not Orpheus. */
	static of(model: Pick<LlamaModel, 'tokenize' | 'tokens'>, file: string): OrpheusVocabulary {
		const single = (text: string): Token => {
			const tokens = model.tokenize(text, true);
			if (tokens.length === 1 && tokens[0] !== undefined) return tokens[0];
			throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is not an Orpheus model: it has no token ${text}.`);
		};
		const first = single('<custom_token_0>');
		if (single(`<custom_token_${LAST}>`) !== first + LAST) {
			throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is not an Orpheus model: its audio tokens are not numbered consecutively.`);
		}
		return new OrpheusVocabulary(model, first, model.tokens.bos ?? single('<|begin_of_text|>'), single('<|eot_id|>'));
	}

	/** The prompt after which the model speaks. `text` is taken as text, also where it looks like a token. */
	prompt(voice: string, text: string): Token[] {
		const spoken = this.model.tokenize(`${voice}: ${text}`, false);
		const framed = [this.begin, ...spoken, this.endOfTurn];
		return [this.token(START_OF_HUMAN), ...framed, this.token(END_OF_HUMAN), this.token(START_OF_AI), this.token(START_OF_SPEECH)];
	}

	/** The N of a `<custom_token_N>`; undefined for any other token. */
	number(token: Token): number | undefined {
		const number = token - this.first;
		return number >= 0 && number <= LAST ? number : undefined;
	}

	/** The speech has ended, or the whole turn has. */
	isEnd(token: Token): boolean {
		const number = this.number(token);
		return number === END_OF_SPEECH || number === END_OF_AI;
	}

	private token(number: number): Token {
		return (this.first + number) as Token;
	}
}
