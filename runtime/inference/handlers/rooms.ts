import type { Engines } from '../../contract/control';
import type { Counters } from './counters';
import type { ChatChain } from '../chat/fallback';
import type { RecogniserChain } from '../recognition/fallback';
import type { VoiceChain } from '../speech/fallback';
import type { Locate } from '../models/resolve';
import type { RealTime } from '../scheduler/real-time';
import type { Scheduler } from '../scheduler/scheduler';

/** What the handlers work with. */
export interface Rooms {
	readonly chat: ChatChain;
	readonly voices: VoiceChain;
	readonly recognisers: RecogniserChain;
	/** For the nodes' drop-downs. */
	readonly choices: () => Promise<Engines>;
	readonly locate: Locate;
	readonly counters: Counters;
	readonly scheduler: Scheduler;
	readonly realTime: RealTime;
}
