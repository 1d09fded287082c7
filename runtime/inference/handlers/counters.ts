import type { SpeakSettings } from '../../contract/agent-settings';
import type { Engines, EnginesQuery } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { ChatFallback } from '../chat/fallback';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { CallModels } from '../models/call-models';
import type { ModelLoads } from '../models/model-loads';
import type { ModelsInUse } from '../models/models-in-use';
import type { Locate } from '../models/resolve';
import type { UtteranceCost } from '../recognition/engine';
import type { RecogniserFallback } from '../recognition/fallback';
import type { RealTime } from '../scheduler/real-time';
import type { Scheduler } from '../scheduler/scheduler';
import type { VoiceFallback } from '../speech/fallback';
import type { TurnEndJudge } from '../turn-end/turn-end-judge';

export interface Counts {
	running: number;
	done: number;
	cancelled: number;
	failed: number;
}

/** What this process has done since it started. */
export class Counters {
	readonly chats: Counts = { running: 0, done: 0, cancelled: 0, failed: 0 };
	readonly speaks: Counts = { running: 0, done: 0, cancelled: 0, failed: 0 };
	readonly listens: Counts = { running: 0, done: 0, cancelled: 0, failed: 0 };
	/** Tokens the models have worked through, read and written. */
	tokens = 0;

	/** Counts a call while it runs and by how it ended. */
	async count<T>(counts: Counts, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		counts.running++;
		try {
			const result = await work();
			counts.done++;
			return result;
		} catch (error) {
			const cancelled = signal.aborted || (error instanceof VoiceError && error.code === 'VOICE_ERR_CANCELLED');
			counts[cancelled ? 'cancelled' : 'failed']++;
			throw error;
		} finally {
			counts.running--;
		}
	}
}

/** What the handlers work with. */
export interface InferenceDeps {
	readonly chat: ChatFallback;
	readonly voices: VoiceFallback;
	readonly recognisers: RecogniserFallback;
	/** For the nodes' drop-downs. */
	readonly choices: (query: EnginesQuery) => Promise<Engines>;
	/** What stands in the place of `auto`. */
	readonly callModels: CallModels;
	/** Which models a call uses, in words. */
	readonly describe: (speak: SpeakSettings | null, call: CallOfModels) => Promise<ModelsInUse>;
	readonly turnEnds: TurnEndJudge;
	readonly loads: ModelLoads;
	readonly locate: Locate;
	/** Of a model of this machine that hears whole utterances and has heard some. */
	readonly utteranceCost: (model: string) => Promise<UtteranceCost | undefined>;
	readonly counters: Counters;
	readonly scheduler: Scheduler;
	readonly realTime: RealTime;
}
