import { LISTEN_RATE, joinPcm, samplesToMs } from '../../audio/pcm';
import { Resampler } from '../../audio/resampler';
import { speakSettings, type TranscribeSettings } from '../../contract/agent-settings';
import { serverNamed } from '../../contract/engines';
import { recogniserKey } from '../scheduler/real-time';
import type { VoiceFallback } from '../speech/fallback';
import type { InferenceDeps } from './counters';

/** Some four seconds: a Whisper writes a word for a word that it hears, and nothing for silence, which costs next to nothing. */
const SENTENCE = 'I would like to book a dentist appointment for tomorrow afternoon at half past three, please.';
/** The first time may hold the loading; see RealTime. */
const TRIALS = 3;

/** Measures a recogniser of this machine on speech, once. */
export async function tryRecogniser({ recognisers, realTime, voices }: Pick<InferenceDeps, 'recognisers' | 'realTime' | 'voices'>, settings: TranscribeSettings): Promise<void> {
	if (serverNamed(settings.model) !== undefined) return;
	const key = recogniserKey(settings.model);
	if (realTime.factor(key) !== undefined) return;
	const speech = await trialSpeech(voices);
	for (let attempt = 0; attempt < TRIALS && realTime.factor(key) === undefined; attempt++) {
		const trial = realTime.begin(key);
		try {
			await trial.working(async () => await recognisers.transcribeAll({ ...settings, fallbacks: [] }, speech, new AbortController().signal));
			trial.made(samplesToMs(speech.length, LISTEN_RATE));
		} finally {
			trial.end();
		}
	}
}

/** Spoken by the voice that is on every machine, in 16 kHz. */
export async function trialSpeech(voices: VoiceFallback): Promise<Int16Array> {
	const speaker = voices.speaker(speakSettings.parse({ engine: 'flite' }), false);
	const sounds: Int16Array[] = [];
	for await (const { pcm } of speaker.speak(SENTENCE, new AbortController().signal)) sounds.push(pcm);
	const resampler = new Resampler(speaker.sampleRate, LISTEN_RATE);
	return resampler.push(joinPcm(sounds));
}
