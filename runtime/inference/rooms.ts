import type { Counters } from './counters';
import type { ChatChain } from './chains/chat-chain';
import type { RecogniserChain } from './chains/recogniser-chain';
import type { VoiceChain } from './chains/voice-chain';
import type { Models } from './models/models';
import type { Locate } from './models/resolve';
import type { RealTime } from './scheduler/real-time';
import type { Scheduler } from './scheduler/scheduler';
import type { Voices } from './voices/voices';

/** What the handlers work with. */
export interface Rooms {
	readonly chat: ChatChain;
	readonly voices: VoiceChain;
	readonly recognisers: RecogniserChain;
	/** For the nodes' drop-downs. */
	readonly choices: { models: Models; speak: Voices };
	readonly locate: Locate;
	readonly counters: Counters;
	readonly scheduler: Scheduler;
	readonly realTime: RealTime;
}
