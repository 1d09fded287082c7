import type { SpeakSettings } from '../../runtime/contract/agent-settings';
import type { DoneBy } from '../../runtime/contract/engines';
import { VoiceError } from '../../runtime/contract/errors';
import type { ItemWork, OutputItem } from '../shared/each-item';
import { callerLanguage, replayedOutput } from '../shared/replay';
import { SPEAK_PARAMETERS, parametersOf, speakSettingsFrom } from '../shared/settings';
import { sampleOf, wantsSample } from './sample';

export async function speakItem(item: ItemWork): Promise<OutputItem> {
	const { context, itemIndex, runtime, turn, asker, signal } = item;
	const speak = speakSettingsFrom(parametersOf(context, itemIndex, SPEAK_PARAMETERS));
	const text = textOf(item);
	const destination = context.getNodeParameter('destination', itemIndex);
	if (turn && destination !== 'file') {
		const waitForEnd = context.getNodeParameter('waitForEnd', itemIndex) === true;
		const speech = await runtime.speech(turn.turnId, { ...asker, text, speak, waitForEnd }, signal);
		return { json: { ...turn, ...speech } };
	}
	const { replayed } = item;
	if (destination === 'caller' && !replayed) {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'This execution was not started by a caller\'s turn.', {
			remedy: 'Connect this node to the output "Turn" of a Voice Session Trigger, directly or through other nodes, or set "Destination" to "Audio File".',
		});
	}
	const silent = text.trim() === '';
	if (silent && !(replayed === undefined && wantsSample(context))) {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'There is no text to speak.', { remedy: 'Fill in "Text" of this node.' });
	}
	const alone = replayed && destination !== 'file';
	const language = speak.language || (alone ? callerLanguage(context, itemIndex) : '');
	const said = silent ? sampleOf(speak.voice, language) : { text, language };
	const { wav, doneBy } = await runtime.speak({ text: said.text, speak: { ...speak, language: said.language } }, signal);
	// Hidden, and so without a value, where the destination is the caller.
	const field = String(context.getNodeParameter('binaryPropertyName', itemIndex, 'data'));
	const file = await context.helpers.prepareBinaryData(wav, 'speech.wav', 'audio/wav');
	const spoken = { ...(silent && { sample: true }), text: said.text, voice: voiceOf(speak, doneBy), ...doneBy };
	const json = alone ? { ...replayedOutput(replayed, `The speech is in the binary field "${field}".`), heard: text, interrupted: false, timings: {}, ...spoken } : spoken;
	return { json, binary: { [field]: file } };
}

/** The voice that was asked of the engine that spoke in the end. */
function voiceOf(speak: SpeakSettings, { engine, replaced }: DoneBy): string {
	return (replaced.length === 0 ? speak : speak.fallbacks.find((each) => each.engine === engine))?.voice ?? '';
}

/** An expression for a missing field gives nothing: in a turn that is an empty answer, not "undefined" read aloud. */
function textOf({ context, itemIndex }: ItemWork): string {
	const text: unknown = context.getNodeParameter('text', itemIndex, '');
	if (text === null || text === undefined) return '';
	if (typeof text === 'string') return text;
	if (typeof text === 'number' || typeof text === 'boolean') return String(text);
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The parameter "Text" is not a string.', { remedy: 'Use a string, for example {{ $json.text }}.' });
}
