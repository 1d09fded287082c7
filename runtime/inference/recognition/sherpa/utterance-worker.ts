import { joinPcm } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { pipeToParent } from '../../../rpc/pipes';
import { type Handlers, serve } from '../../../rpc/server';
import { sherpaLibrary } from '../../workers/sherpa/library';
import { type UtteranceWorkerProtocol, utteranceWorkerProtocol } from '../utterances/worker-protocol';
import { readRecogniserModel, unusable } from './recogniser-model';
import { UtteranceRecogniser } from './utterance-recogniser';

/** What a process that hears whole utterances with sherpa-onnx does. Each blocks it. */
function utteranceWorker(): Handlers<UtteranceWorkerProtocol> {
	let loaded: UtteranceRecogniser | undefined;
	return {
		load: async ({ folder, threads }) => {
			const model = await readRecogniserModel(folder);
			if (model.streaming) throw new VoiceError('VOICE_ERR_INTERNAL', `The model in ${folder} hears while one speaks.`);
			const sherpa = await sherpaLibrary();
			try {
				loaded = new UtteranceRecogniser(sherpa, model, threads);
			} catch (cause) {
				throw unusable(folder, cause);
			}
			return {};
		},
		recognise: ({ pcm, language }) => {
			if (!loaded) throw new VoiceError('VOICE_ERR_INTERNAL', 'The recogniser was used before it was loaded.');
			const began = process.cpuUsage();
			const recognition = loaded.recognise(joinPcm(pcm), language);
			const { user, system } = process.cpuUsage(began);
			return Promise.resolve({ recognition, coreMs: (user + system) / 1000, memoryBytes: process.memoryUsage.rss() });
		},
	};
}

const pipe = pipeToParent();
// A process of its own: see workers/sherpa/start-sherpa.
pipe.onClose(() => void process.kill(process.pid, 'SIGKILL'));
serve(utteranceWorkerProtocol, pipe, utteranceWorker());
