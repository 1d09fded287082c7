import { VoiceError } from '../../contract/errors';
import type { CatalogueModel, ModelTask } from './catalogue/schema';

/** Why a setting's model cannot be used, and the very command that helps. */

export const unknownName = (name: string): VoiceError =>
	new VoiceError('VOICE_ERR_MODEL_MISSING', `"${name.slice(0, 200)}" is no model.`, {
		remedy: "Give auto, an id that `voice-loop models` lists, or an absolute path on the runtime's machine.",
	});

export const otherTask = (model: CatalogueModel, task: ModelTask): VoiceError =>
	new VoiceError('VOICE_ERR_BAD_REQUEST', `${model.name} is a model for ${model.task}, not for ${task}.`, {
		remedy: 'Choose another model: `voice-loop models` says what each is for.',
	});

export const notHere = (model: CatalogueModel): VoiceError =>
	new VoiceError('VOICE_ERR_MODEL_MISSING', `${model.name} is not on this machine.`, {
		remedy: `Fetch it: voice-loop models fetch ${model.id}`,
	});

/** @param id what is worth fetching, if the catalogue has anything */
export const nothingFor = (task: ModelTask, why: string, id: string | undefined): VoiceError =>
	new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no model for ${task} on this machine. ${why}`, {
		remedy: id === undefined ? "Give an absolute path on the runtime's machine." : `Fetch one: voice-loop models fetch ${id}`,
	});
