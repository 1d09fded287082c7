import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { VoiceError } from '../../../contract/errors';
import { openOnnxSession } from '../../workers/onnx/open-session';
import { asType, toFloats } from './half-floats';
import type { WhisperExport } from './whisper-export';

const TOKENS = 'input_ids';
const STATES = 'encoder_hidden_states';
const LOGITS = 'logits';
/** Chooses between the two halves of a merged graph. */
const WITH_PAST = 'use_cache_branch';
/** Where in the text the tokens stand. Exports of 2024 and later may ask for it. */
const PLACES = 'cache_position';

const PAST = 'past_key_values.';
const PRESENT = 'present.';

/** What the next token is, of each that was given; the last row is of the last one. */
export interface Logits {
	readonly rows: number;
	row(at: number): Float32Array;
}

/** The graphs that write a text, one or two: what they were trained to say of a sound's states and of the tokens before. */
export class DecoderGraphs {
	private constructor(
		private readonly first: InferenceSession,
		/** undefined: all tokens are given again for each that follows. */
		private readonly next: InferenceSession | undefined,
		private readonly heads: WhisperExport['heads'],
	) {}

	/** Rejects with VOICE_ERR_MODEL_BROKEN. */
	static async open({ decoder, heads }: WhisperExport, threads: number): Promise<DecoderGraphs> {
		const outputs = [LOGITS];
		if ('merged' in decoder) {
			const merged = await openOnnxSession(decoder.merged, { inputs: [TOKENS, STATES, WITH_PAST], outputs }, threads);
			return new DecoderGraphs(merged, merged, heads);
		}
		const first = await openOnnxSession(decoder.first, { inputs: [TOKENS, STATES], outputs }, threads);
		const next = decoder.next === undefined ? undefined : await openOnnxSession(decoder.next, { inputs: [TOKENS], outputs }, threads);
		return new DecoderGraphs(first, next, heads);
	}

	/** Begins a text of which `tokens` are known. `states`: what the encoder made of the sound. */
	async begin(states: Tensor, tokens: readonly number[]): Promise<{ readonly logits: Logits; readonly text: GraphText }> {
		const text = new GraphText(this.first, this.next, this.heads, states);
		return { logits: await text.begin(tokens), text };
	}
}

/** One text as it is written. */
export class GraphText {
	private tokens: number[] = [];
	/** Of the tokens so far and of the sound, by the names that a graph takes it by. */
	private readonly past = new Map<string, Tensor>();

	constructor(
		private readonly first: InferenceSession,
		private readonly nextGraph: InferenceSession | undefined,
		private readonly heads: WhisperExport['heads'],
		private readonly states: Tensor,
	) {}

	async begin(tokens: readonly number[]): Promise<Logits> {
		this.tokens = [...tokens];
		const kept = this.nextGraph === undefined ? [] : this.first.outputNames.filter((name) => name.startsWith(PRESENT));
		return await this.run(this.first, tokens, kept, false);
	}

	async next(token: number): Promise<Logits> {
		this.tokens.push(token);
		if (this.nextGraph === undefined) return await this.run(this.first, this.tokens, [], false);
		// What is kept of the sound does not change: a merged graph gives nothing for it here.
		const kept = this.nextGraph.outputNames.filter((name) => name.startsWith(PRESENT) && !name.includes('.encoder.'));
		return await this.run(this.nextGraph, [token], kept, true);
	}

	private async run(graph: InferenceSession, tokens: readonly number[], kept: readonly string[], withPast: boolean): Promise<Logits> {
		const feeds = Object.fromEntries(graph.inputMetadata.map((input) => [input.name, this.given(input, tokens, withPast)]));
		const given = await graph.run(feeds, [LOGITS, ...kept]);
		for (const name of kept) {
			const tensor = given[name];
			if (tensor) this.past.set(name.replace(PRESENT, PAST), tensor);
		}
		const logits = given[LOGITS];
		const [, rows = 0, size = 0] = logits?.dims ?? [];
		if (!logits || rows < 1 || size < 1) throw new VoiceError('VOICE_ERR_MODEL_BROKEN', "The decoder does not answer as a Whisper's does.");
		const floats = toFloats(logits);
		return { rows, row: (at) => floats.subarray(at * size, (at + 1) * size) };
	}

	private given(input: InferenceSession.ValueMetadata, tokens: readonly number[], withPast: boolean): Tensor {
		const type = input.isTensor ? input.type : 'float32';
		const { name } = input;
		if (name === TOKENS) return new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]);
		if (name === STATES) return asType(this.states, type);
		if (name === WITH_PAST) return new Tensor('bool', [withPast], [1]);
		if (name === PLACES) return new Tensor('int64', BigInt64Array.from(tokens, (_, at) => BigInt(this.tokens.length - tokens.length + at)), [tokens.length]);
		if (name.startsWith(PAST)) return asType(this.past.get(name) ?? this.nothing(input), type);
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The decoder wants ${name}, which no Whisper is given.`);
	}

	/** No tokens are known before the first. */
	private nothing(input: InferenceSession.ValueMetadata): Tensor {
		const shape = input.isTensor ? input.shape : [];
		const [, count = this.heads.count, , size = this.heads.size] = shape.map((each) => (typeof each === 'number' && each > 0 ? each : undefined));
		const dims = [1, count, 0, size];
		return input.isTensor && input.type === 'float16' ? new Tensor('float16', new Uint16Array(0), dims) : new Tensor('float32', new Float32Array(0), dims);
	}
}
