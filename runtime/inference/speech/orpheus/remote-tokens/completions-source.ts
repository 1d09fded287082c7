import { z } from 'zod';
import { VoiceError } from '../../../../contract/errors';
import { FoundOnce, cancelled } from '../../../../lib/async';
import { refusalOf } from '../../../openai-client/refusal';
import { streamedJson } from '../../../openai-client/event-stream';
import type { RemoteServer } from '../../../openai-client/remote-server';
import type { VoiceChoice } from '../../engine';
import type { TokenAsk, TokenSource } from '../token-source';
import { ORPHEUS_VOICES } from '../voices';
import { type Dialect, DIALECTS, END_OF_SPEECH, promptText } from './completions-dialect';
import { CustomTokens, END_TOKEN } from './custom-tokens';

/** One frame and a bit: a server that gives so many speaks. */
const PROBE_TOKENS = 10;
/** Orpheus's own English voice; a model of another language speaks as well, only not as nicely. */
const PROBE: TokenAsk = {
	text: 'Hi.',
	voice: 'tara',
	sampling: { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 },
	maxTokens: PROBE_TOKENS,
};
/** `<custom_token_10>` is the first that stands for sound. */
const FIRST_AUDIO = 10;

/** Of text without a token: a server that writes more does not speak. */
const MAX_PROSE_CHARACTERS = 20_000;

/** vLLM and SGLang stop so when they are shut down or run out of memory. */
const BROKEN = ['abort', 'error'];

/**
 * Orpheus's tokens from a server's `/v1/completions`. Its dialect is found out by the first request or by a `warm` that may ask for something,
 * and remembered; a server that gives no audio tokens is told so with VOICE_ERR_MODEL_FAILED. Rejects as
 * `RemoteServer.ask`. While nobody asks for the next number the connection fills up and the server waits,
 * or has written the sentence to its end; stopping to ask closes the connection.
 */
export class CompletionsSource implements TokenSource {
	private readonly dialect = new FoundOnce<Dialect>(async (signal) => await this.probe(signal));

	/** A server writes several speeches at a time. */
	readonly sideBySide = true;

	/** `known`: voices of the server's model, the first is the default. */
	constructor(
		private readonly server: RemoteServer,
		private readonly known: readonly VoiceChoice[] = ORPHEUS_VOICES,
	) {}

	async voices(): Promise<readonly VoiceChoice[]> {
		return this.known;
	}

	async *speak(ask: TokenAsk, signal: AbortSignal): AsyncGenerator<number, void> {
		yield* this.tokens(ask, await this.dialect.get(signal), signal);
	}

	/** Connects; where the user said so, a word is asked for. */
	async warm(): Promise<void> {
		await this.server.warm(async (signal) => await this.dialect.get(signal));
	}

	private async probe(signal: AbortSignal): Promise<Dialect> {
		const owner = await this.server.owner(signal);
		let refusal: unknown;
		let answered = false;
		// The server's own dialect first.
		for (const dialect of DIALECTS.toSorted((one, two) => Number(two.owners.includes(owner)) - Number(one.owners.includes(owner)))) {
			try {
				if (await this.speaks(dialect, signal)) return dialect;
				answered = true;
			} catch (error) {
				// Another dialect may be taken where a field was refused; nothing else gets better by it.
				if (![400, 422].includes(refusalOf(error)?.status ?? 0)) throw error;
				refusal = error;
			}
		}
		// Where one dialect was taken, that another was not says nothing.
		if (!answered && refusal !== undefined) throw VoiceError.from(refusal);
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', `The inference server at ${this.server.url} does not produce Orpheus tokens.`, {
			remedy: 'Check that its model is Orpheus and that it outputs special tokens: llama-server needs --special for some files.',
		});
	}

	private async speaks(dialect: Dialect, signal: AbortSignal): Promise<boolean> {
		for await (const token of this.tokens(PROBE, dialect, signal)) if (token >= FIRST_AUDIO) return true;
		return false;
	}

	private async *tokens(ask: TokenAsk, dialect: Dialect, signal: AbortSignal): AsyncGenerator<number, void> {
		if (signal.aborted) throw cancelled();
		const json = {
			model: await this.server.model(signal),
			prompt: promptText(ask, dialect),
			stream: true,
			...dialect.fields(ask),
		};
		const answer = await this.server.ask({ path: '/completions', json, confidential: [ask.text] }, signal);
		const chunks = streamedJson(this.server, answer, completionChunk, [ask.text]);
		const parser = new CustomTokens();
		let given = 0;
		let prose = 0;
		let finish: string | undefined;
		try {
			for (;;) {
				const next = await chunks.next();
				if (next.done) {
					if (!next.value && finish === undefined) throw this.server.cutOff();
					return;
				}
				const [choice] = next.value.choices ?? [];
				const text = choice?.text ?? '';
				prose += text.length;
				for (const token of parser.push(text)) {
					prose = 0;
					if (token === END_TOKEN || token === END_OF_SPEECH || given === ask.maxTokens) return;
					given++;
					yield token;
					if (signal.aborted) throw cancelled();
				}
				if (prose > MAX_PROSE_CHARACTERS) throw this.server.failed('writes words instead of Orpheus tokens');
				finish = choice?.finish_reason ?? finish;
				if (finish !== undefined && BROKEN.includes(finish)) throw this.server.reported(`it stopped with "${finish}"`);
			}
		} catch (error) {
			if (signal.aborted) throw cancelled();
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		} finally {
			await chunks.return(true);
		}
	}
}

/** A piece of a streamed `/v1/completions`. Everything a dialect leaves out may be missing or null. */
const completionChunk = z.object({
	choices: z.array(z.object({ text: z.string().nullish(), finish_reason: z.string().nullish() })).nullish(),
});
