import type { Counters } from './counters';
import type { ChatEngine } from './llama/engine';
import type { Models } from './models/models';
import type { Recognisers } from './recognisers';
import type { Voices } from './voices/voices';

/** What the handlers work with. */
export interface Rooms {
	readonly chat: ChatEngine;
	readonly voices: Voices;
	readonly recognisers: Recognisers;
	readonly models: Models;
	readonly counters: Counters;
}
