import type { SpeakSettings } from '../../contract/agent-settings';
import type { VoiceError } from '../../contract/errors';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { RpcClient } from '../../rpc/client';
import type { Log } from '../../lib/log';
import type { Dispatcher } from '../n8n/dispatch';
import type { CallNetwork } from '../turn-servers/call-network';
import type { Journal } from '../journal/journal';
import type { MediaServer } from './media-server';

/** Where the models are: the inference process. */
export interface InferenceServer {
	/** See RestartingProcess. */
	ready(): Promise<Pick<RpcClient<InferenceProtocol>, 'call'>>;
}

/** What has to be heard when no voice can be had. */
export interface Phrases {
	/** Records it, unless that was done. */
	keep(settings: SpeakSettings, text: string): Promise<void>;
	/** Speaks it as inference would; undefined where there is no recording. */
	find(settings: SpeakSettings, text: string): InferenceServer | undefined;
}

/** What all calls of this gateway share. */
export interface CallDeps {
	readonly media: MediaServer;
	readonly inference: InferenceServer;
	readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
	readonly phrases: Phrases;
	readonly network: Pick<CallNetwork, 'forLink' | 'forCaller'>;
	readonly log: Log;
	/** How long the call of an absent caller waits, ms; 0: it ends with their connection. */
	readonly absentLimitMs: number;
	readonly journal: Journal;
}

export interface CallListener {
	/** The caller's sound gets through; comes again when a connection was restored. */
	connected(): void;
	turnStarted(turnId: string): void;
	turnForgotten(turnId: string): void;
	/** Comes once. `error`: it could not be set up, or it failed. */
	ended(error?: VoiceError): void;
}
