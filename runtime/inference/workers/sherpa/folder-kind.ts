import { VoiceError } from '../../../contract/errors';
import { readGraphInputs, readOnnxMetadata } from '../onnx/metadata';
import type { ModelFolder } from './folder';

export type FolderTask = 'recogniser' | 'voice';

/** What is neither. */
const JUDGE = 'judge';

interface FolderKind {
	readonly what: string;
	readonly task: FolderTask | typeof JUDGE;
}

/** By the files that only one kind has. */
const SIGNS: ReadonlyArray<readonly [pattern: string, what: string, task: FolderTask]> = [
	['listen.onnx', "the offline pack's recogniser", 'recogniser'],
	['*.onnx.json', 'a Piper voice', 'voice'],
	['voices*.bin', 'a Kokoro or Kitten voice', 'voice'],
	['*.npz', 'a Kokoro voice', 'voice'],
	['lm_flow*.onnx', 'a Pocket TTS voice', 'voice'],
	['duration_predictor*.onnx', 'a Supertonic voice', 'voice'],
	['vocos*.onnx', 'a Matcha voice', 'voice'],
	['hifigan*.onnx', 'a Matcha voice', 'voice'],
	['*encoder_model*.onnx', 'a Moonshine or Whisper recogniser', 'recogniser'],
	['*decoder_model*.onnx', 'a Moonshine or Whisper recogniser', 'recogniser'],
	['*encoder_model*.ort', 'a Moonshine recogniser', 'recogniser'],
	['preprocess*.onnx', 'a Moonshine recogniser', 'recogniser'],
	['*-encoder*.onnx', 'a Whisper recogniser', 'recogniser'],
	['joiner*.onnx', 'a Zipformer recogniser', 'recogniser'],
];

/** What lies in a folder; undefined where nothing says it. */
export async function kindOf(folder: ModelFolder): Promise<FolderKind | undefined> {
	const [, what, task] = SIGNS.find(([pattern]) => folder.has(pattern)) ?? [];
	if (what !== undefined && task !== undefined) return { what, task };
	if (folder.all('*.onnx').length !== 1) return undefined;
	const inputs = (await readGraphInputs(folder.find('*.onnx') ?? '')).map(({ name }) => name);
	// Named as one likes, it is known by what it is given.
	if (inputs.includes('style') && inputs.includes('speed')) return { what: 'a Kokoro voice', task: 'voice' };
	if (inputs.includes('scales') && inputs.includes('input_lengths')) return { what: 'a Piper voice', task: 'voice' };
	if (inputs.length === 1 && inputs[0] === 'input_features') return { what: 'a model that judges the end of a turn (smart-turn)', task: JUDGE };
	const about = await readOnnxMetadata(folder.find('*.onnx') ?? '');
	if (about.has('n_speakers') || about.has('speaker_names') || about.get('model_type') === 'vits') return { what: 'a voice', task: 'voice' };
	if (about.has('T') || about.has('window_size') || about.has('vocab_size')) return { what: 'a recogniser', task: 'recogniser' };
	return undefined;
}

/** Rejects with VOICE_ERR_BAD_REQUEST where it is a model of the other kind. */
export async function assertTask(folder: ModelFolder, task: FolderTask): Promise<void> {
	const kind = await kindOf(folder);
	if (kind === undefined || kind.task === task) return;
	const node = kind.task === 'voice' ? 'Orpheus Speak' : 'Transcribe';
	const use = kind.task === JUDGE ? 'The runtime uses that one by itself, once `voice-loop models fetch auto` has fetched it.' : `This model can be chosen in ${node}.`;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `What lies in ${folder.path} is ${kind.what}, not a ${task}.`, {
		remedy: `Choose a ${task} here. ${use}`,
	});
}
