import { VoiceError } from '../../../contract/errors';
import type { TokenAsk, TokenSource } from '../../orpheus/token-source';
import { modelList } from '../server/model-list';
import { completionChunk } from './answers';
import { type Dialect, DIALECTS, END_OF_SPEECH, promptText } from './completions-dialect';
import { CustomTokens, END } from './custom-tokens';
import { refusalOf } from '../server/faults';
import { streamedJson } from '../server/json-stream';
import { cancelled } from '../server/request-watch';
import type { RemoteServer } from '../server/remote-server';

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

/** vLLM and SGLang stop so when they are shut down or run out of memory. */
const BROKEN = ['abort', 'error'];

/**
 * Orpheus's tokens from a server's `/v1/completions`. Its dialect is found out by the first request or by `warm`,
 * and remembered; a server that gives no audio tokens is told so with VOICE_ERR_MODEL_FAILED. Rejects as
 * `RemoteServer.ask`. While nobody asks for the next number the connection fills up and the server waits,
 * or has written the sentence to its end; stopping to ask closes the connection.
 */
export class CompletionsSource implements TokenSource {
	private dialect: Dialect | undefined;

	constructor(private readonly server: RemoteServer) {}

	async *speak(ask: TokenAsk, signal: AbortSignal): AsyncGenerator<number, void> {
		const dialect = (this.dialect ??= await this.probe(signal));
		yield* this.tokens(ask, dialect, signal);
	}

	async warm(): Promise<void> {
		const signal = new AbortController().signal;
		const known = this.dialect;
		this.dialect = await this.probe(signal, known ? [known] : undefined);
	}

	private async probe(signal: AbortSignal, candidates?: readonly Dialect[]): Promise<Dialect> {
		let refusal: unknown;
		for (const dialect of candidates ?? (await this.candidates(signal))) {
			try {
				if (await this.speaks(dialect, signal)) return dialect;
			} catch (error) {
				// Another dialect may be taken where a field was refused; nothing else gets better by it.
				if (![400, 422].includes(refusalOf(error)?.status ?? 0)) throw error;
				refusal = error;
			}
		}
		if (refusal !== undefined) throw VoiceError.from(refusal);
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', `The engine's server at ${this.server.url} writes no Orpheus tokens.`, {
			remedy: 'Check that its model is Orpheus and that it shows special tokens: llama-server needs --special for some files.',
		});
	}

	/** The server's own dialect first. */
	private async candidates(signal: AbortSignal): Promise<readonly Dialect[]> {
		const owner = await this.server.askJson({ path: '/models' }, modelList, signal).then(
			({ data }) => data[0]?.owned_by,
			(error: unknown) => {
				// A proxy may not have this page; a server that is not there has nothing else either.
				if (refusalOf(error) === undefined) throw error;
				return undefined;
			},
		);
		return DIALECTS.toSorted((one, two) => Number(two.owner === owner) - Number(one.owner === owner));
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
		let finish: string | undefined;
		try {
			for (;;) {
				const next = await chunks.next();
				if (next.done) {
					if (!next.value && finish === undefined) throw this.server.cutOff();
					return;
				}
				const [choice] = next.value.choices ?? [];
				for (const token of parser.push(choice?.text ?? '')) {
					if (token === END || token === END_OF_SPEECH || given === ask.maxTokens) return;
					given++;
					yield token;
					if (signal.aborted) throw cancelled();
				}
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
