import { isPcm, soundAsText } from '../audio/pcm';
import { VoiceError } from '../contract/errors';
import type { WireMessage } from './protocol';

/** Deeper than what the contract lets in (json-bounds), inside the messages of a conversation. */
const MAX_DEPTH = 64;
/** Ten minutes of 16 kHz sound, as text, and then some. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_VALUES = 2_000_000;

/**
 * A message as it crosses to another process: only what JSON holds, sound as text, and bounded. So whatever a model, a
 * server or a tool gave, the other process can read it. Throws VOICE_ERR_TOO_LARGE where it is beyond the bounds.
 */
export function asText(message: WireMessage): WireMessage {
	let characters = 0;
	let values = 0;
	const text = (value: string): string => {
		characters += value.length;
		if (characters > MAX_CHARACTERS) throw tooLarge(`larger than ${MAX_CHARACTERS} characters`);
		return value;
	};
	const copy = (value: unknown, levels: number): unknown => {
		if (++values > MAX_VALUES) throw tooLarge(`made of more than ${MAX_VALUES} values`);
		if (typeof value === 'string') return text(value);
		if (typeof value !== 'object' || value === null) return value;
		if (isPcm(value)) return text(soundAsText(value));
		if (levels === 0) throw tooLarge(`nested more than ${MAX_DEPTH} levels deep`);
		if (Array.isArray(value)) return value.map((item) => copy(item, levels - 1));
		return Object.fromEntries(Object.entries(value).map(([name, field]) => [text(name), copy(field, levels - 1)]));
	};
	return copy(message, MAX_DEPTH) as WireMessage;
}

function tooLarge(how: string): VoiceError {
	return new VoiceError('VOICE_ERR_TOO_LARGE', `A message to another process is ${how}.`);
}
