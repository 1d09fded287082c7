import { type AnsweredToolCall, type ChatMessage, UNCLEAR } from '../../../contract/chat';
import { asAskBack } from '../../../dialogue/tool-inputs/ask-back-result';
import { speakableIn } from '../../../speech-text/speakable';

const sayEnglish = speakableIn('en');

/**
 * What the caller said, as the offline pack's recogniser would have written it: words only, in small letters. The pack's
 * language model has never seen a figure, and makes up an hour where it is given "3pm".
 */
export function spelledOut(messages: readonly ChatMessage[]): ChatMessage[] {
	return messages.map((message) => {
		if (message.role === 'user' && message.content !== UNCLEAR) return { ...message, content: inWords(message.content) };
		if (message.role === 'assistant' && message.toolCalls.length > 0) return { ...message, toolCalls: message.toolCalls.map(askedBriefly) };
		return message;
	});
}

/** It asks for one detail at a time, and only where it is told that it did not understand it. */
function askedBriefly(call: AnsweredToolCall): AnsweredToolCall {
	const question = asAskBack(call.result);
	return question ? { ...call, result: { status: 'unclear', what: question.what.split(', ')[0] } } : call;
}

function inWords(text: string): string {
	return sayEnglish(text)
		.toLowerCase()
		.replaceAll('’', "'")
		.replace(/[^\p{L}\p{N}' ]+|(?<!\p{L})'|'(?!\p{L})/gu, ' ')
		.replace(/ +/g, ' ')
		.trim();
}
