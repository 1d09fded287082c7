import { VoiceError } from '../../../contract/errors';
import { pipeToParent } from '../../../rpc/pipes';
import { serve } from '../../../rpc/server';
import { SherpaSpeaker } from './speaker';
import { sherpaVoiceProtocol } from './worker-protocol';

/** A process of its own: see sherpa/start-sherpa. */
let speaker: SherpaSpeaker | undefined;
let last: Promise<unknown> = Promise.resolve();

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const mine = last.then(work);
	last = mine.catch(() => undefined);
	return await mine;
}

const pipe = pipeToParent();
// exit() would wait for the sentence to end.
pipe.onClose(() => process.kill(process.pid, 'SIGKILL'));
serve(sherpaVoiceProtocol, pipe, {
	load: async ({ config, references }) => {
		speaker = await SherpaSpeaker.open(config, references);
		return { sampleRate: speaker.sampleRate, speakers: speaker.speakers };
	},
	speak: async ({ text, speaker: number, speed }, { emit, signal }) =>
		await inTurn(async () => {
			if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
			if (!speaker) throw new VoiceError('VOICE_ERR_INTERNAL', 'The voice was used before it was loaded.');
			await speaker.speak(text, number, speed, (pcm) => emit({ pcm }), signal);
			return {};
		}),
});
