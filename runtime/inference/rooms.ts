import type { Counters } from './counters';
import type { ChatEngine } from './llama/engine';
import type { Recognisers } from './recognisers';
import type { RealTime } from './scheduler/real-time';
import type { Scheduler } from './scheduler/scheduler';
import type { Voices } from './voices/voices';

/** What the handlers work with. */
export interface Rooms {
	readonly chat: ChatEngine;
	readonly voices: Voices;
	readonly recognisers: Recognisers;
	readonly counters: Counters;
	readonly scheduler: Scheduler;
	readonly realTime: RealTime;
}
