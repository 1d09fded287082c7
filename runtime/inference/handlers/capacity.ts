import { serverNamed } from '../../contract/engines';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { Handlers } from '../../rpc/server';
import { usableCores } from '../machine/cores';
import type { ModelTask } from '../models/catalogue/schema';
import type { InferenceDeps } from './counters';
import { capacityOf, type EngineSpeed, type LaneSpeed } from '../scheduler/capacity';
import { type RealTime, recogniserKey, voiceKey } from '../scheduler/real-time';

async function speedOf({ scheduler, locate }: Pick<InferenceDeps, 'scheduler' | 'locate'>, model: string, task: ModelTask): Promise<LaneSpeed | undefined> {
	const file = await locate(model, task).catch(() => undefined);
	return file === undefined ? undefined : scheduler.speed(file);
}

/** Answers from what was measured so far: loads nothing, waits for nothing. */
export function capacityHandler(deps: Pick<InferenceDeps, 'scheduler' | 'locate' | 'realTime' | 'callModels' | 'utteranceCost'>): Handlers<InferenceProtocol>['capacity'] {
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
		const voice = speak && speak.engine !== 'orpheus' && serverNamed(speak.engine) === undefined ? measured(realTime, voiceKey, speak.engine) : undefined;
		const recogniser = transcribe ? measured(realTime, recogniserKey, transcribe.model) : undefined;
		const utterance = transcribe ? await deps.utteranceCost(transcribe.model) : undefined;
		return capacityOf({
			cores: usableCores(),
			...(orpheus && { orpheus }),
			...(words && { chat: words }),
			...(voice && { voice }),
			...(recogniser && { recogniser }),
			...(utterance && { utterance }),
		});
	};
}

function measured(realTime: RealTime, keyOf: (engine: string) => string, engine: string): EngineSpeed | undefined {
	const factor = realTime.factor(keyOf(engine));
	const quicker = realTime.quickest(keyOf(''));
	return factor === undefined ? undefined : { factor, ...(quicker && quicker.factor < factor && { quicker }) };
}
