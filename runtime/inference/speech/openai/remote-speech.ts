import { z } from 'zod';
import { joinPcm, msToSamples, samplesToMs, SPEAK_RATES } from '../../../audio/pcm';
import { Resampler } from '../../../audio/resampler';
import { TimeStretch } from '../../../audio/time-stretch';
import { StreamingTrim } from '../../../audio/trim';
import { VoiceError } from '../../../contract/errors';
import { cancelled } from '../../../lib/async';
import { parseJson } from '../../../lib/json';
import { saidIn } from '../../openai-client/refusal';
import { OptionalFields, without } from '../../openai-client/optional-fields';
import type { RemoteAnswer } from '../../openai-client/remote-answer';
import type { RemoteServer } from '../../openai-client/remote-server';
import type { Sound, VoiceChoice, VoiceEngine, VoiceSettings } from '../engine';
import { PcmReader } from './pcm-reader';

export const remoteSpeechSettings = z.object({
	/** Of the server's PCM, Hz, which PCM does not say itself: 24000 of Orpheus and OpenAI, 44100 of some. A WAV answer says its own. */
	sampleRate: z.number().int().min(4_000).max(192_000).default(24_000),
	/** For a server without `/v1/audio/voices`; the first is the default. */
	voices: z.array(z.string().min(1).max(200)).max(1000).default([]),
});
export type RemoteSpeechSettings = z.infer<typeof remoteSpeechSettings>;

/** OpenAI does not know it here. */
const OPTIONAL = ['stream'];

/** No sentence is longer: a server that sends more has lost its way. */
const MAX_MS = 5 * 60_000;

/** So much sound at a time is progress: a server that sends less is no voice. Of the time between two pieces. */
const PROGRESS_SHARE = 0.2;

const SPEAKABLE = /[\p{L}\p{N}]/u;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Opens the voice of a server with `/v1/audio/speech`: Orpheus-FastAPI, vLLM-Omni, Kokoro-FastAPI, OpenAI. Its voices are those that
 * `/v1/audio/voices` names, else the configured ones. Rejects as `RemoteServer.ask`, and with
 * VOICE_ERR_BAD_REQUEST where nobody names a voice.
 */
export async function openRemoteSpeech(server: RemoteServer, settings: RemoteSpeechSettings, signal: AbortSignal): Promise<VoiceEngine> {
	let unknown: unknown;
	const named = await server.askJson({ path: '/audio/voices' }, voiceList, signal).catch((error: unknown) => {
		if (signal.aborted) throw cancelled();
		unknown = error;
		return [];
	});
	const voices = named.length > 0 ? named.map(({ id, name }) => ({ value: id, name })) : settings.voices.map((value) => ({ value, name: value }));
	if (voices.length > 0) return new RemoteSpeech(server, voices, settings.sampleRate);
	if (unknown instanceof VoiceError && unknown.code === 'VOICE_ERR_ENGINE_UNREACHABLE') throw unknown;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `The inference server at ${server.url} does not list its voices.`, {
		cause: unknown,
		remedy: 'Add the names of its voices to the server\'s settings ("voices").',
	});
}

/** Streams what the server sends as it comes, without the silence around it. */
class RemoteSpeech implements VoiceEngine {
	readonly sampleRate: number;
	private readonly fields = new OptionalFields(OPTIONAL);

	constructor(
		private readonly server: RemoteServer,
		readonly voices: readonly VoiceChoice[],
		private readonly pcmRate: number,
	) {
		// The next one above loses nothing.
		this.sampleRate = SPEAK_RATES.find((rate) => rate >= pcmRate) ?? 48_000;
	}

	/** Rejects as `RemoteServer.ask`, and with VOICE_ERR_MODEL_FAILED for an answer without sound. */
	async *speak(text: string, settings: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		const voice = this.voiceNamed(settings.voice);
		if (signal.aborted) throw cancelled();
		if (!SPEAKABLE.test(text)) return;
		const answer = await this.request(text, voice, signal);
		try {
			await this.refuseOthers(answer, text);
			yield* this.sounds(answer, settings.speed);
		} catch (error) {
			if (signal.aborted) throw cancelled();
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		} finally {
			answer.close();
		}
	}

	/** Connects; where the user said so, it speaks a word, so that the server has loaded its model. */
	async warm(voice: string): Promise<void> {
		this.voiceNamed(voice);
		await this.server.warm(async (signal) => {
			const sounds = this.speak('Yes.', { voice, speed: 1 }, signal);
			while (!(await sounds.next()).done) continue;
		});
	}

	private async request(text: string, voice: string, signal: AbortSignal): Promise<RemoteAnswer> {
		const body = {
			model: await this.server.model(signal),
			input: text,
			voice,
			response_format: 'pcm',
			stream: true,
		};
		return await this.fields.ask(
			Object.keys(body),
			async (leftOut) => await this.server.ask({ path: '/audio/speech', json: without(body, leftOut), confidential: [text] }, signal),
		);
	}

	/** Compressed sound would be played as noise. */
	private async refuseOthers({ contentType, body }: RemoteAnswer, text: string): Promise<void> {
		if (contentType === 'application/json' || contentType.startsWith('text/')) {
			let said = '';
			for await (const piece of body) {
				said += Buffer.from(piece).toString('utf8');
				if (said.length > MAX_ERROR_BYTES) break;
			}
			throw this.server.reported(saidIn(parseJson(said)) || `it sent ${contentType} instead of audio`, [text]);
		}
		if (/^(audio|video)\/(?!l16|wav|wave|x-wav|vnd\.wave|pcm|x-pcm|raw|basic)/.test(contentType)) {
			throw this.server.failed(`sent ${contentType} although PCM was requested`);
		}
	}

	/** Its pace is changed here: many servers pass over `speed` without a word. */
	private async *sounds(answer: RemoteAnswer, speed: number): AsyncGenerator<Sound> {
		const named = Number(answer.parameters.rate);
		const reader = new PcmReader(named >= 4_000 && named <= 192_000 ? named : this.pcmRate);
		const trim = new StreamingTrim(this.sampleRate);
		const stretch = new TimeStretch(speed, this.sampleRate);
		let resampler: Resampler | undefined;
		let samples = 0;
		let told = 0;
		const sound = (pcm: Int16Array, last: boolean): Int16Array => {
			if (pcm.length > 0) resampler ??= new Resampler(reader.sampleRate, this.sampleRate, 'aligned');
			samples += pcm.length;
			if (samplesToMs(samples - told, reader.sampleRate) >= PROGRESS_SHARE * this.server.address.limits.stallMs) {
				told = samples;
				answer.progressed();
			}
			if (samples > msToSamples(MAX_MS, reader.sampleRate)) throw this.server.failed(`sent more than ${MAX_MS / 60_000} minutes of audio for one sentence`);
			const resampled = resampler?.push(pcm) ?? pcm;
			const paced = stretch.push(trim.push(last && resampler ? joinPcm([resampled, resampler.end()]) : resampled));
			return last ? joinPcm([paced, stretch.end()]) : paced;
		};
		for await (const piece of answer.body) {
			const pcm = sound(reader.push(piece), false);
			if (pcm.length > 0) yield { pcm, sampleRate: this.sampleRate };
		}
		const pcm = sound(reader.end(), true);
		if (samples === 0) throw this.server.failed('sent no audio');
		if (pcm.length > 0) yield { pcm, sampleRate: this.sampleRate };
	}

	private voiceNamed(voice: string): string {
		const known = voice === '' ? this.voices[0] : this.voices.find(({ value }) => value === voice);
		if (known) return known.value;
		const names = this.voices.map(({ value }) => value).join(', ');
		throw new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `The inference server at ${this.server.url} has no voice "${voice.slice(0, 100)}". It has: ${names}.`);
	}
}

const voiceName = z.union([
	z.string().min(1).transform((id) => ({ id, name: id })),
	z
		.object({ id: z.string().min(1), name: z.string().nullish() })
		.transform(({ id, name }) => ({ id, name: name ?? id })),
	z.object({ voice_id: z.string().min(1), name: z.string().nullish() }).transform(({ voice_id: id, name }) => ({ id, name: name ?? id })),
	z.object({ name: z.string().min(1) }).transform(({ name }) => ({ id: name, name })),
]);

/** vLLM-Omni, Kokoro-FastAPI and Orpheus-FastAPI: `voices`; others: `data`. */
const voiceList = z.union([
	z.object({ voices: z.array(voiceName).max(1000) }).transform(({ voices }) => voices),
	z.object({ data: z.array(voiceName).max(1000) }).transform(({ data }) => data),
]);
