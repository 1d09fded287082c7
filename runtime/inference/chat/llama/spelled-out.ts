import { type ChatMessage, UNCLEAR } from '../../../contract/chat';
import { speakableIn } from '../../../speech-text/speakable';

const sayEnglish = speakableIn('en');

/**
 * What the caller said, as the offline pack's recogniser would have written it: words only, in small letters. The pack's
 * language model has never seen a figure, and makes up an hour where it is given "3pm".
 */
export function spelledOut(messages: readonly ChatMessage[]): ChatMessage[] {
	return messages.map((message) => (message.role === 'user' && message.content !== UNCLEAR ? { ...message, content: inWords(message.content) } : message));
}

function inWords(text: string): string {
	return sayEnglish(text)
		.toLowerCase()
		.replaceAll('’', "'")
		.replace(/[^\p{L}\p{N}' ]+|(?<!\p{L})'|'(?!\p{L})/gu, ' ')
		.replace(/ +/g, ' ')
		.trim();
}
