import { VoiceError } from '../../runtime/contract/errors';
import type { ItemWork, OutputItem } from '../shared/each-item';
import { answeredByAhead } from '../shared/look-ahead';
import { TRANSCRIBE_PARAMETERS, parametersOf, transcribeSettingsFrom } from '../shared/settings';

export async function transcribeItem(item: ItemWork): Promise<OutputItem> {
	const { context, itemIndex, runtime, turn, asker, signal } = item;
	const settings = transcribeSettingsFrom(parametersOf(context, itemIndex, TRANSCRIBE_PARAMETERS));
	const source = context.getNodeParameter('source', itemIndex);
	if (turn && source !== 'binary') {
		const transcript = await runtime.transcript(turn.turnId, { ...asker, settings }, signal);
		return { json: { ...turn, ...transcript } };
	}
	if (source === 'turn') {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'This execution was not started by a caller\'s turn.', {
			remedy: 'Connect this node to the output "Turn" of a Voice Session Trigger, directly or through other nodes, or set "Source" to "Recording".',
		});
	}
	const recording = await context.helpers.getBinaryDataBuffer(itemIndex, binaryField(item));
	const transcription = await runtime.transcribe(recording, settings, signal, answeredByAhead(context));
	return { json: { ...transcription } };
}

function binaryField({ context, itemIndex }: ItemWork): string {
	const field = String(context.getNodeParameter('binaryPropertyName', itemIndex));
	if (context.getInputData()[itemIndex]?.binary?.[field]) return field;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `The item has neither a caller's turn nor a binary field "${field}".`, {
		remedy: 'Put a Voice Session Trigger before this node, or a node that outputs a WAV file, and enter the name of its field in "Input Binary Field".',
	});
}
