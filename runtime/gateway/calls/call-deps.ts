import type { VoiceError } from '../../contract/errors';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { RestartingProcess } from '../children/restarting-process';
import type { MediaPool } from '../children/media-pool';
import type { Log } from '../log';
import type { Dispatcher } from '../n8n/dispatch';
import type { TriggerStreams } from '../n8n/trigger-streams';

/** What all calls of the house share. */
export interface CallDeps {
	readonly media: MediaPool;
	readonly inference: RestartingProcess<InferenceProtocol>;
	readonly streams: TriggerStreams;
	readonly dispatcher: Dispatcher;
	readonly log: Log;
}

export interface CallListener {
	turnStarted(turnId: string): void;
	turnForgotten(turnId: string): void;
	ended(error?: VoiceError): void;
}
