import { z } from 'zod';
import type { TranscribeSettings } from '../../runtime/contract/agent-settings';
import { doneByOf } from '../../runtime/contract/engines';
import { VoiceError } from '../../runtime/contract/errors';
import type { CallerTurn } from '../shared/caller-turn';
import type { ItemWork, OutputItem } from '../shared/each-item';
import { answeredByAhead } from '../shared/look-ahead';
import { replayedOutput, turnItems } from '../shared/replay';
import { TRANSCRIBE_PARAMETERS, parametersOf, transcribeSettingsFrom } from '../shared/settings';

const saidIn = z.object({ heard: z.string(), understood: z.boolean().default(true) });

export async function transcribeItem(item: ItemWork): Promise<OutputItem> {
	const { context, itemIndex, runtime, turn, asker, signal } = item;
	const settings = transcribeSettingsFrom(parametersOf(context, itemIndex, TRANSCRIBE_PARAMETERS));
	const source = context.getNodeParameter('source', itemIndex);
	if (turn && source !== 'binary') {
		const transcript = await runtime.transcript(turn.turnId, { ...asker, settings }, signal);
		return { json: { ...turn, ...transcript, language: settings.language } };
	}
	if (item.replayed && source !== 'binary') return await replayed(item, item.replayed, settings);
	if (source === 'turn') {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'This execution was not started by a caller\'s turn.', {
			remedy: 'Connect this node to the output "Turn" of a Voice Session Trigger, directly or through other nodes, or set "Source" to "Recording".',
		});
	}
	const recording = await context.helpers.getBinaryDataBuffer(itemIndex, binaryField(item));
	const transcription = await runtime.transcribe(recording, settings, signal, answeredByAhead(context));
	return { json: { ...transcription, language: settings.language } };
}

/** The sound that the trigger attached is recognised again, with the settings as they are now; else its text stands. */
async function replayed({ context, itemIndex, runtime, signal }: ItemWork, turn: CallerTurn, settings: TranscribeSettings): Promise<OutputItem> {
	const items = turnItems(context, itemIndex);
	const { language } = settings;
	const audio = items.map(({ binary }) => binary?.audio).find((file) => file !== undefined);
	if (audio) {
		const recording = await context.helpers.getBinaryDataBuffer(itemIndex, audio);
		const { text, understood, confidence, ...by } = await runtime.transcribe(recording, settings, signal, answeredByAhead(context));
		return { json: { ...replayedOutput(turn, 'The attached audio was recognised again.'), text, understood, confidence, language, timings: {}, ...doneByOf(by) } };
	}
	const heard = items.map(({ json }) => saidIn.safeParse(json)).find(({ success }) => success)?.data ?? { heard: '', understood: false };
	const understood = heard.understood && heard.heard !== '';
	const note = understood ? 'The text is that of the trigger\'s item.' : 'The trigger\'s item holds neither a text nor audio. Turn on "Attach Audio" in the Voice Session Trigger.';
	return { json: { ...replayedOutput(turn, note), text: heard.heard, understood, confidence: understood ? 1 : 0, language, timings: {}, engine: '', replaced: [] } };
}

function binaryField({ context, itemIndex }: ItemWork): string {
	const field = String(context.getNodeParameter('binaryPropertyName', itemIndex));
	if (context.getInputData()[itemIndex]?.binary?.[field]) return field;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `The item has neither a caller's turn nor a binary field "${field}".`, {
		remedy: 'Put a Voice Session Trigger before this node, or a node that outputs a WAV file, and enter the name of its field in "Input Binary Field".',
	});
}
