import type { VoiceError } from '../../contract/errors';
import type { InferenceProtocol } from '../../ipc/inference-protocol';
import type { Child } from '../children/child';
import type { MediaPool } from '../children/media-pool';
import type { Log } from '../log';
import type { Dispatcher } from '../triggers/dispatch';
import type { TriggerStreams } from '../triggers/streams';

/** What all calls of the house share. */
export interface LiveRooms {
	readonly media: MediaPool;
	readonly inference: Child<InferenceProtocol>;
	readonly streams: TriggerStreams;
	readonly dispatcher: Dispatcher;
	readonly log: Log;
}

export interface LiveListener {
	turnStarted(turnId: string): void;
	turnForgotten(turnId: string): void;
	ended(error?: VoiceError): void;
}
