import type { SpeakSettings } from '../../contract/agent-settings';
import { PACK_CHAT, PACK_RECOGNISER } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { CallModels } from './call-models';
import type { Models } from './models';
import { size } from './sizes';

export interface ModelsInUse {
	/** For every caller: what the offline pack understands; '' where it is not in use. */
	readonly demo: string;
	/** For whoever runs the agent: the models by name, and how to get better ones. */
	readonly models: string;
}

export const DEMO_NOTE = 'This is a demo: it understands appointments and calendar questions only.';

/** What the page says about a call's models. */
export async function modelsInUse(models: Models, callModels: CallModels, speak: SpeakSettings | null, call: CallOfModels): Promise<ModelsInUse> {
	const hears = call.transcribe && (await callModels.transcribe(call.transcribe, call)).model;
	let problem = '';
	const answers =
		call.chat &&
		(await callModels.chat(call.chat, call).then(
			({ model }) => model,
			(thrown: unknown) => {
				const error = VoiceError.from(thrown);
				problem = `${error.message} ${error.remedy}`;
				return null;
			},
		));
	const speaks = speak && (await callModels.speak(speak, call)).engine;
	const demo = hears === PACK_RECOGNISER || answers === PACK_CHAT;
	const parts = [
		...(hears === null ? [] : [`hears with ${models.inSentence(hears)}`]),
		...(answers === null ? [] : [`answers with ${models.inSentence(answers)}`]),
		...(speaks === null ? [] : [`speaks with ${models.inSentence(speaks)}`]),
	];
	const used = parts.length === 0 ? '' : `This agent ${parts.join(', ')}.`;
	const better = problem === '' ? await howToGetBetter(models, { hears, answers, speaks }, call) : problem;
	return { demo: demo ? DEMO_NOTE : '', models: [used, better].filter((sentence) => sentence !== '').join(' ') };
}

/** '' where this machine has the best that it can run, or every model was chosen by name. */
async function howToGetBetter(models: Models, used: { hears: string | null; answers: string | null; speaks: string | null }, call: CallOfModels): Promise<string> {
	const { absent, bytes } = await models.suited();
	if (absent.length > 0) {
		if (models.offline) return '';
		return `Better models for its machine: run "voice-loop models fetch auto" there (${size(bytes)}). The next call uses them.`;
	}
	const here = await models.here();
	const stay = [
		...(used.hears === PACK_RECOGNISER && here.transcribe !== undefined && call.transcribe?.model === PACK_RECOGNISER ? ['Transcribe'] : []),
		...(used.answers === PACK_CHAT && here.chat !== undefined && call.chat?.model === PACK_CHAT ? ['Llama Chat'] : []),
	];
	return stay.length === 0 ? '' : `Better models are on its machine: choose Auto in ${stay.join(' and ')}.`;
}
