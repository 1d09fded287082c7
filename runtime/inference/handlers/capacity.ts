import type { TranscribeSettings } from '../../contract/agent';
import { LISTEN_RATE } from '../../contract/audio';
import type { InferenceProtocol } from '../../ipc/inference-protocol';
import type { Handlers } from '../../ipc/server';
import { usableCores } from '../llama/threads';
import { modelFile } from '../models/resolve';
import type { Rooms } from '../rooms';
import { capacityOf, type LaneSpeed } from '../scheduler/capacity';
import type { Scheduler } from '../scheduler/scheduler';

/** What a recogniser is tried on when it is loaded: how long it takes does not depend on what is said. */
const TRIAL_MS = 1000;
const TRIALS = 3;

async function speedOf(scheduler: Scheduler, model: string): Promise<LaneSpeed | undefined> {
	const file = await modelFile(model).catch(() => undefined);
	return file && scheduler.speed(file.path);
}

/** Answers from what was measured so far: loads nothing, waits for nothing. */
export function capacityHandler({ scheduler, realTime }: Rooms): Handlers<InferenceProtocol>['capacity'] {
	return async ({ transcribe, chat, speak }) => {
		const orpheus = speak?.engine === 'orpheus' ? await speedOf(scheduler, speak.orpheus.model) : undefined;
		const words = chat ? await speedOf(scheduler, chat.model) : undefined;
		const voice = speak && speak.engine !== 'orpheus' ? realTime.factor(voiceKey(speak.engine)) : undefined;
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

export const voiceKey = (engine: string): string => `voice ${engine}`;
const recogniserKey = (model: string): string => `recogniser ${model}`;

/** Measures a recogniser, once. */
export async function tryRecogniser({ recognisers, realTime }: Rooms, settings: TranscribeSettings): Promise<void> {
	const recogniser = await recognisers.get(settings.model);
	const key = recogniserKey(settings.model);
	for (let trial = 0; trial < TRIALS && realTime.factor(key) === undefined; trial++) {
		await realTime.measure(key, async () => {
			await recogniser.transcribeAll(settings, new Int16Array((TRIAL_MS * LISTEN_RATE) / 1000));
			return TRIAL_MS;
		});
	}
}
