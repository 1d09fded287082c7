import { spawn } from 'node:child_process';
import { VoiceError } from '../../contract/errors';
import { joinPcm } from '../../audio/pcm';
import { decodeWav } from '../../audio/wav';
import { FliteVoice } from '../../inference/speech/flite/flite-voice';

const ESPEAK = 'espeak:';

/** Speaks the caller's lines: sound at 16 kHz, the microphone's rate. */
export type CallerVoice = (text: string) => Promise<Int16Array>;

/**
 * `name` is one of flite's voices ('' for its default), which need nothing installed, or `espeak:<voice>`, for
 * example `espeak:en-us+f3`, which needs the program espeak-ng.
 */
export function callerVoice(name: string): CallerVoice {
	return name.startsWith(ESPEAK) ? espeakVoice(name.slice(ESPEAK.length)) : fliteVoice(name);
}

function fliteVoice(voice: string): CallerVoice {
	const flite = new FliteVoice();
	return async (text) => {
		// The voice's threads do not keep a process alive that has nothing else to do yet.
		const awake = setInterval(() => undefined, 1000);
		try {
			const pieces: Int16Array[] = [];
			for await (const { pcm } of flite.speak(text, { voice, speed: 1 }, new AbortController().signal)) pieces.push(pcm);
			return requireSound(text, joinPcm(pieces));
		} finally {
			clearInterval(awake);
		}
	};
}

function espeakVoice(voice: string): CallerVoice {
	return async (text) => {
		const wav = await new Promise<Buffer>((resolve, reject) => {
			const program = spawn('espeak-ng', ['--stdout', '-v', voice || 'en', '--', text], { stdio: ['ignore', 'pipe', 'pipe'] });
			const out: Buffer[] = [];
			let complaint = '';
			program.stdout.on('data', (part: Buffer) => out.push(part));
			program.stderr.on('data', (part: Buffer) => (complaint += part.toString()));
			program.once('error', (cause) => reject(noEspeak('The program espeak-ng could not be started.', cause)));
			program.once('close', (code) => {
				if (code === 0) resolve(Buffer.concat(out));
				else reject(new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `espeak-ng cannot use the voice "${voice}": ${complaint.trim()}`));
			});
		});
		return requireSound(text, decodeWav(wav));
	};
}

function noEspeak(message: string, cause: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_VOICE_UNKNOWN', message, {
		cause,
		remedy: 'Install it (Debian: apt-get install espeak-ng), or leave out --voice to use flite, which is always available.',
	});
}

function requireSound(text: string, pcm: Int16Array): Int16Array {
	if (pcm.length > 0) return pcm;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `There is nothing to speak in "${text}".`);
}
