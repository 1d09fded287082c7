import path from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { HOP_SAMPLES, logMel } from '../../../audio/log-mel';
import { toFloat } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { cancelled } from '../../../lib/async';
import { openOnnxSession } from '../../workers/onnx/open-session';
import { NOTHING_HEARD, type Recognition } from '../engine';
import { judged } from '../judged';
import { partsOf } from '../utterances/utterances';
import { withoutRepeats } from '../without-repeats';
import { DecoderGraphs } from './decoder-graphs';
import { asType } from './half-floats';
import { goesInCircles, likeliest, probabilityOf, TokenChoice } from './token-choice';
import type { WhisperExport } from './whisper-export';

const FEATURES = 'input_features';
const STATES = 'last_hidden_state';

/**
 * So sure that nobody speaks, and so unsure of the words, it has heard none: of sixteen noises of the tests it made "you" of
 * six, at 0.83 or more and with words that it was to half sure of; with a person's short answers it is at 0.32 at most.
 */
const SURELY_NO_SPEECH = 0.6;
const UNSURE_LOG_PROB = Math.log(0.7);

/**
 * Marks of what is no speech: `[Music]`, `(wind blowing)`. Whisper is configured to write none of them, and then writes words
 * for a noise: they are let through, and what they enclose is taken out of the text afterwards (without-noise).
 */
const SOUND_MARKS = /[()[\]{}*\u2669-\u266c]/u;

interface HeardPart {
	readonly text: string;
	readonly logProbs: readonly number[];
}

const NO_WORDS: HeardPart = { text: '', logProbs: [] };

/** A Whisper of Hugging Face's layout, run by onnxruntime. Whoever asks it, asks for one utterance at a time. */
export class Whisper {
	private readonly choice: TokenChoice;
	private readonly featureType: Tensor.Type;

	private constructor(
		private readonly model: WhisperExport,
		private readonly encoder: InferenceSession,
		private readonly decoder: DecoderGraphs,
	) {
		this.choice = new TokenChoice(model.bytes, model.prompts.end, { ...model.suppressed, always: model.suppressed.always.filter((id) => !SOUND_MARKS.test(String(model.bytes[id]))) });
		const [input] = encoder.inputMetadata;
		this.featureType = input?.isTensor ? input.type : 'float32';
	}

	/**
	 * Also hears half a second of nothing: the first run takes longer than all others, and shows whether its parts fit
	 * together. Rejects with VOICE_ERR_MODEL_BROKEN.
	 */
	static async open(model: WhisperExport, threads: number): Promise<Whisper> {
		const encoder = await openOnnxSession(model.encoder, { inputs: [FEATURES], outputs: [STATES] }, threads);
		assertShape(encoder, model);
		const whisper = new Whisper(model, encoder, await DecoderGraphs.open(model, threads));
		const [language = ''] = model.languages;
		await whisper.recognise(new Int16Array(8000), language, new AbortController().signal).catch((cause: unknown) => {
			if (cause instanceof VoiceError) throw cause;
			throw unfitting(model, cause);
		});
		return whisper;
	}

	/**
	 * Of one utterance, 16 kHz, any length. `language`: one of the model's, or '' for that it finds out. Rejects with
	 * VOICE_ERR_CANCELLED soon after `signal` aborts, and with VOICE_ERR_MODEL_BROKEN for a model that does not answer as a Whisper.
	 */
	async recognise(pcm: Int16Array, language: string, signal: AbortSignal): Promise<Recognition> {
		const parts: HeardPart[] = [];
		for (const part of partsOf(pcm)) parts.push(await this.hear(part, language, signal));
		const text = parts.map((part) => part.text).join(' ').trim();
		return text === '' ? NOTHING_HEARD : judged(text, parts.flatMap(({ logProbs }) => logProbs));
	}

	private async hear(pcm: Int16Array, language: string, signal: AbortSignal): Promise<HeardPart> {
		const { prompts } = this.model;
		const states = await this.statesOf(pcm);
		const begun = await this.decoder.begin(states, await this.promptFor(states, language));
		this.assertTokens(begun.logits.row(0).length);
		const noSpeech = prompts.noSpeech === undefined ? 0 : probabilityOf(begun.logits.row(0), prompts.noSpeech);
		const tokens: number[] = [];
		const logProbs: number[] = [];
		let { logits } = begun;
		for (const most = this.model.mostTokens - 4; tokens.length < most && !goesInCircles(tokens); ) {
			if (signal.aborted) throw cancelled(signal.reason);
			const { token, logProb } = this.choice.choose(logits.row(logits.rows - 1), tokens.length === 0);
			if (token < 0) throw new VoiceError('VOICE_ERR_MODEL_BROKEN', "The decoder does not answer as a Whisper's does: it gives no numbers.");
			logProbs.push(logProb);
			if (token === prompts.end) break;
			tokens.push(token);
			logits = await begun.text.next(token);
		}
		const mean = logProbs.reduce((sum, each) => sum + each, 0) / logProbs.length;
		if (tokens.length === 0 || (noSpeech > SURELY_NO_SPEECH && mean < UNSURE_LOG_PROB)) return NO_WORDS;
		const text = Buffer.concat(tokens.map((token) => this.model.bytes[token] ?? Buffer.alloc(0))).toString('utf8');
		return { text: withoutRepeats(text, pcm), logProbs };
	}

	/** Graphs and files of two Whispers may run together, and then write nonsense. */
	private assertTokens(chosenFrom: number): void {
		const { tokens, decoder } = this.model;
		if (tokens === undefined || tokens === chosenFrom) return;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${'merged' in decoder ? decoder.merged : decoder.first} chooses from ${chosenFrom} tokens, and config.json beside it says ${tokens}.`, {
			remedy: 'They belong to different models. Fetch all files again from one place.',
		});
	}

	private async statesOf(pcm: Int16Array): Promise<Tensor> {
		const { mels, frames } = this.model;
		const sound = new Float64Array(frames * HOP_SAMPLES);
		const heard = pcm.subarray(0, sound.length);
		sound.set(toFloat(heard));
		const features = new Tensor('float32', logMel(sound, mels, { from: 0, to: heard.length }), [1, mels, frames]);
		const { [STATES]: states } = await this.encoder.run({ [FEATURES]: asType(features, this.featureType) }, [STATES]);
		if (!states) throw new VoiceError('VOICE_ERR_MODEL_BROKEN', "The encoder does not answer as a Whisper's does.");
		return states;
	}

	private async promptFor(states: Tensor, language: string): Promise<number[]> {
		const { start, languages, transcribe, noTimes } = this.model.prompts;
		if (!languages || transcribe === undefined) return [start, noTimes];
		return [start, languages.get(language) ?? (await this.languageIn(states, languages)), transcribe, noTimes];
	}

	private async languageIn(states: Tensor, languages: ReadonlyMap<string, number>): Promise<number> {
		const { logits } = await this.decoder.begin(states, [this.model.prompts.start]);
		const known = new Set(languages.values());
		return likeliest(logits.row(0), (id) => known.has(id));
	}
}

/** What the graph says of its input; lengths that it leaves open are shown by its first run. */
function assertShape(encoder: InferenceSession, { mels, frames, encoder: file }: WhisperExport): void {
	const [input] = encoder.inputMetadata;
	const [, bands, length] = input?.isTensor ? input.shape : [];
	for (const [what, takes, wanted] of [['mel bands', bands, mels], ['frames of sound', length, frames]] as const) {
		if (typeof takes !== 'number' || takes <= 0 || takes === wanted) continue;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} takes ${takes} ${what}, and config.json beside it says ${wanted}.`, {
			remedy: 'They belong to different models. Fetch all files again from one place.',
		});
	}
}

function unfitting({ encoder }: WhisperExport, cause: unknown): VoiceError {
	const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ').slice(0, 300);
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `The parts of the Whisper in ${path.dirname(encoder)} do not fit together: ${why}`, {
		cause,
		remedy: 'They may belong to different models. Fetch all files again from one place.',
	});
}
