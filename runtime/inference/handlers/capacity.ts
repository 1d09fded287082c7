import { LISTEN_RATE } from '../../audio/pcm';
import type { TranscribeSettings } from '../../contract/agent-settings';
import { serverNamed } from '../../contract/engines';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { Handlers } from '../../rpc/server';
import { usableCores } from '../machine/cores';
import type { ModelTask } from '../models/catalogue/schema';
import type { InferenceDeps } from './counters';
import { capacityOf, type LaneSpeed } from '../scheduler/capacity';
import { recogniserKey, voiceKey } from '../scheduler/real-time';

/** What a recogniser is tried on when it is loaded: how long it takes does not depend on what is said. */
const TRIAL_MS = 1000;
const TRIALS = 3;

async function speedOf({ scheduler, locate }: Pick<InferenceDeps, 'scheduler' | 'locate'>, model: string, task: ModelTask): Promise<LaneSpeed | undefined> {
	const file = await locate(model, task).catch(() => undefined);
	return file === undefined ? undefined : scheduler.speed(file);
}

/** Answers from what was measured so far: loads nothing, waits for nothing. */
export function capacityHandler(deps: Pick<InferenceDeps, 'scheduler' | 'locate' | 'realTime' | 'callModels'>): Handlers<InferenceProtocol>['capacity'] {
	const { realTime, callModels } = deps;
	return async (asked) => {
		const call = { id: '', transcribe: asked.transcribe, chat: asked.chat, llamaChat: asked.llamaChat };
		const transcribe = asked.transcribe && (await callModels.transcribe(asked.transcribe, call));
		// A model that cannot answer takes no time: its call says so by itself.
		const chat = asked.chat && (await callModels.chat(asked.chat, call).catch(() => null));
		const speak = asked.speak && (await callModels.speak(asked.speak, call));
		const orpheus = speak?.engine === 'orpheus' ? await speedOf(deps, speak.orpheus.model, 'orpheus') : undefined;
		const words = chat ? await speedOf(deps, chat.model, 'chat') : undefined;
		// What a server takes is time of its own.
		const voice = speak && speak.engine !== 'orpheus' && serverNamed(speak.engine) === undefined ? realTime.factor(voiceKey(speak.engine)) : undefined;
		const recogniser = transcribe ? realTime.factor(recogniserKey(transcribe.model)) : undefined;
		return capacityOf({
			cores: usableCores(),
			...(orpheus && { orpheus }),
			...(words && { chat: words }),
			...(voice !== undefined && { voice }),
			...(recogniser !== undefined && { recogniser }),
		});
	};
}

/** Measures a recogniser of this machine, once. */
export async function tryRecogniser({ recognisers, realTime }: InferenceDeps, settings: TranscribeSettings): Promise<void> {
	if (serverNamed(settings.model) !== undefined) return;
	const key = recogniserKey(settings.model);
	const silence = new Int16Array((TRIAL_MS * LISTEN_RATE) / 1000);
	for (let attempt = 0; attempt < TRIALS && realTime.factor(key) === undefined; attempt++) {
		const trial = realTime.begin(key);
		try {
			await trial.working(async () => await recognisers.transcribeAll({ ...settings, fallbacks: [] }, silence, new AbortController().signal));
			trial.made(TRIAL_MS);
		} finally {
			trial.end();
		}
	}
}
