import { joinPcm } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { pipeToParent } from '../../../rpc/pipes';
import { type Handlers, serve } from '../../../rpc/server';
import { ModelFolder } from '../../workers/sherpa/folder';
import { type UtteranceWorkerProtocol, utteranceWorkerProtocol } from '../utterances/worker-protocol';
import { Whisper } from './whisper';
import { readWhisperExport } from './whisper-export';

/** What a process does that hears whole utterances with a Whisper of Hugging Face's layout, one at a time. */
function whisperWorker(): Handlers<UtteranceWorkerProtocol> {
	let loaded: Whisper | undefined;
	return {
		load: async ({ folder, threads }) => {
			const model = await readWhisperExport(await ModelFolder.read(folder));
			if (!model) throw new VoiceError('VOICE_ERR_INTERNAL', `There is no Whisper of Hugging Face's layout in ${folder}.`);
			loaded = await Whisper.open(model, threads);
			return {};
		},
		recognise: async ({ pcm, language }, { signal }) => {
			if (!loaded) throw new VoiceError('VOICE_ERR_INTERNAL', 'The recogniser was used before it was loaded.');
			const began = process.cpuUsage();
			const recognition = await loaded.recognise(joinPcm(pcm), language, signal);
			const { user, system } = process.cpuUsage(began);
			return { recognition, coreMs: (user + system) / 1000, memoryBytes: process.memoryUsage.rss() };
		},
	};
}

// onnxruntime's binding (1.30) reads nothing from such an array, which newer versions of Node have: without it, it takes and
// gives numbers of 16 bits as whole ones. Nobody else is in this process.
Reflect.deleteProperty(globalThis, 'Float16Array');

const pipe = pipeToParent();
// A process of its own: see workers/model-process.
pipe.onClose(() => void process.kill(process.pid, 'SIGKILL'));
serve(utteranceWorkerProtocol, pipe, whisperWorker());
