import { z } from 'zod';
import { LISTEN_RATE, samplesToMs } from '../../../audio/pcm';
import { encodeWav } from '../../../audio/wav';
import type { TranscribeSettings } from '../../../contract/agent-settings';
import type { Transcription } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { cancelled } from '../../../lib/async';
import { OptionalFields } from '../../openai-client/optional-fields';
import type { RemoteServer } from '../../openai-client/remote-server';
import { mayBeSpeech, NOTHING_HEARD, type Recognition, type RecognitionListener, type RecognitionStream, type StreamingRecogniser } from '../engine';
import { languageCode } from '../language';
import { withoutRepeats } from '../without-repeats';
import { RemoteStream } from './remote-stream';

/** OpenAI's newer models know no `verbose_json`, some servers no `prompt`. */
const OPTIONAL = ['response_format', 'prompt', 'language'];

/** Whisper's own limits: where both are passed, it hears silence or noise, whatever it wrote. */
const NO_SPEECH = 0.6;
const UNSURE_LOGPROB = -1;

/** What Whisper writes at most when it goes round in circles, which is mended: 448 tokens in each half minute. More is no recogniser's. */
const LETTERS_PER_SECOND = 120;
const SPARE_LETTERS = 4000;

/** Whisper takes the prompt for what was said before; this server tells the model to do what it says. */
const LLAMA_SERVER = 'llamacpp';

/**
 * Recognises with a server that has `/v1/audio/transcriptions`: utterances whole, without partials, when they are
 * flushed. `confidence` is 1 where the server says nothing about it.
 */
export class RemoteTranscribe implements StreamingRecogniser {
	private readonly streams = new Set<RemoteStream>();
	private readonly closing = new AbortController();
	private readonly fields = new OptionalFields(OPTIONAL);

	constructor(private readonly server: RemoteServer) {}

	get languages(): 'unknown' | undefined {
		return this.fields.isRefused('language') ? 'unknown' : undefined;
	}

	async open(settings: TranscribeSettings, listener: RecognitionListener): Promise<RecognitionStream> {
		if (this.closing.signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The recogniser was closed.');
		const recognise = async (pcm: Int16Array, signal: AbortSignal): Promise<Recognition> => await this.recognise(settings, pcm, signal);
		const stream = new RemoteStream(recognise, listener, () => this.streams.delete(stream));
		this.streams.add(stream);
		return stream;
	}

	async warm(): Promise<void> {
		await this.server.connect(this.closing.signal);
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal?: AbortSignal): Promise<Transcription> {
		const startedAt = performance.now();
		const either = AbortSignal.any([this.closing.signal, ...(signal ? [signal] : [])]);
		const recognition = await this.recognise(settings, pcm, either);
		return { ...recognition, durationMs: samplesToMs(pcm.length, LISTEN_RATE), computeMs: performance.now() - startedAt };
	}

	async close(): Promise<void> {
		this.closing.abort();
		const lost = new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The recogniser was closed.');
		for (const stream of this.streams) stream.lose(lost);
	}

	private async recognise(settings: TranscribeSettings, pcm: Int16Array, signal: AbortSignal): Promise<Recognition> {
		if (signal.aborted) throw cancelled();
		if (!mayBeSpeech(pcm)) return NOTHING_HEARD;
		const model = await this.server.model(signal);
		const prompt = settings.hints.length > 0 && (await this.server.owner(signal)) !== LLAMA_SERVER ? settings.hints.map(spelling).join(', ') : '';
		const language = languageCode(settings.language);
		const fields: Readonly<Record<string, string>> = {
			model,
			// With each segment's certainty, where the server knows it.
			response_format: 'verbose_json',
			...(language === '' ? {} : { language }),
			...(prompt === '' ? {} : { prompt }),
		};
		const answer = await this.fields.ask(Object.keys(fields), async (leftOut) => {
			const form = new FormData();
			for (const [name, value] of Object.entries(fields)) {
				if (!leftOut.has(name)) form.set(name, value);
				else if (name === 'response_format') form.set(name, 'json');
			}
			form.set('file', new Blob([encodeWav([pcm], LISTEN_RATE)], { type: 'audio/wav' }), 'utterance.wav');
			return await this.server.askJson({ path: '/audio/transcriptions', form, confidential: settings.hints }, transcriptionAnswer, signal);
		});
		if (answer.text.length > SPARE_LETTERS + (LETTERS_PER_SECOND * pcm.length) / LISTEN_RATE) {
			throw this.server.failed('wrote more text than anybody can say in that time');
		}
		return judged({ ...answer, text: withoutRepeats(answer.text, pcm) });
	}
}

/** A hint may say how a name sounds (`Nguyen=w ih n`), which only our own recogniser reads. */
function spelling(hint: string): string {
	return hint.replace(/=.*$/s, '').trim();
}

function judged({ text, segments }: TranscriptionAnswer): Recognition {
	const heard = text.trim();
	if (!/[\p{L}\p{N}]/u.test(heard)) return NOTHING_HEARD;
	const logprobs = (segments ?? []).flatMap(({ avg_logprob: value }) => value ?? []);
	const logprob = logprobs.length === 0 ? 0 : logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
	const noise = (segments ?? []).length > 0 && (segments ?? []).every(({ no_speech_prob: value }) => (value ?? 0) > NO_SPEECH);
	if (noise && logprob < UNSURE_LOGPROB) return NOTHING_HEARD;
	return { text: heard, understood: true, confidence: Math.min(1, Math.exp(logprob)) };
}

/** JSON of either length: `segments` only with `verbose_json`, and only from servers that know it. */
const transcriptionAnswer = z.object({
	text: z.string(),
	segments: z
		.array(z.object({ avg_logprob: z.number().nullish(), no_speech_prob: z.number().nullish() }))
		.nullish(),
});
type TranscriptionAnswer = z.infer<typeof transcriptionAnswer>;
