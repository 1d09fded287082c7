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
	/** For whoever runs the agent: a line with the models by name, and one that says how to get better ones. */
	readonly models: string;
}

export const DEMO_NOTE = 'This demo understands appointments and calendar questions only.';

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
	const name = (engine: string): string => (engine === PACK_RECOGNISER || engine === PACK_CHAT ? 'offline pack' : models.nameOf(engine));
	const used = [
		...(hears === null ? [] : [`Recogniser: ${name(hears)}`]),
		...(answers === null ? [] : [`Language model: ${name(answers)}`]),
		...(speaks === null ? [] : [`Voice: ${name(speaks)}`]),
	].join(' · ');
	const better = problem === '' ? await howToGetBetter(models, { hears, answers, speaks }, call) : problem;
	return { demo: demo ? DEMO_NOTE : '', models: [used, better].filter((line) => line !== '').join('\n') };
}

/** '' where this machine has the best that it can run, or every model was chosen by name. */
async function howToGetBetter(models: Models, used: { hears: string | null; answers: string | null; speaks: string | null }, call: CallOfModels): Promise<string> {
	const { absent, bytes } = await models.suited();
	if (absent.length > 0) {
		if (models.offline) return '';
		return `Better models (${size(bytes)}): run "voice-loop models fetch auto" on the runtime's machine.`;
	}
	const here = await models.here();
	const stay = [
		...(used.hears === PACK_RECOGNISER && here.transcribe !== undefined && call.transcribe?.model === PACK_RECOGNISER ? ['Transcribe'] : []),
		...(used.answers === PACK_CHAT && here.chat !== undefined && call.chat?.model === PACK_CHAT ? ['Llama Chat'] : []),
	];
	return stay.length === 0 ? '' : `Better models are on the runtime's machine: choose Auto in ${stay.join(' and ')}.`;
}
