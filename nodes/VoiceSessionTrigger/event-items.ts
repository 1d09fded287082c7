import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import type { VoiceRuntime } from '../../runtime/client/voice-runtime';
import type { TriggerEvent } from '../../runtime/contract/turn';
import type { TriggerOptions } from './agent-settings';

/** In the order of the node's outputs. */
const OUTPUTS = ['turn', 'sessionStarted', 'sessionEnded'] as const;

/** The trigger's and the webhook's way of keeping files. */
export interface FileKeeper {
	helpers: { prepareBinaryData(data: Buffer, fileName?: string, mimeType?: string): Promise<IBinaryData> };
	logger: { warn(message: string): void };
}

export function isWanted(event: TriggerEvent, options: TriggerOptions, mode: 'production' | 'test'): boolean {
	// A test in the editor takes one event, and that has to be the first turn.
	return event.event === 'turn' || (options.emitCallEvents && mode === 'production');
}

/** One item on the event's own output, with what the caller said as its file `audio` where that is wanted. */
export async function itemsOf(
	context: FileKeeper,
	event: TriggerEvent,
	options: TriggerOptions,
	runtime: VoiceRuntime,
): Promise<INodeExecutionData[][]> {
	const item: INodeExecutionData = { json: { ...event } };
	if (event.event === 'turn' && options.attachAudio) {
		try {
			const wav = await runtime.turnAudio(event.turnId);
			item.binary = { audio: await context.helpers.prepareBinaryData(wav, 'utterance.wav', 'audio/wav') };
		} catch (error) {
			// The caller waits for an answer, which matters more than the file.
			context.logger.warn(`The audio of the turn could not be attached: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	return OUTPUTS.map((output) => (output === event.event ? [item] : []));
}
