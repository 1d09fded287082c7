import type { ChatMessage } from '../../../contract/chat';
import { VoiceError } from '../../../contract/errors';
import { fitMessages } from '../llama/fit';
import { refusalOf } from '../../openai-client/refusal';

/** Each try asks for so much less where the server names no numbers. */
const SHRINK = 0.6;
/** Letters are no tokens: the numbers a server names are aimed at with this much to spare. */
const MARGIN = 0.9;
const TRIES = 8;

/** vLLM, SGLang, llama-server ("exceeds the available context size"), OpenAI, Ollama. */
const TOO_LONG = /context (length|size|window)|maximum (model|context)|too (long|many tokens)|longer than the model/i;

/**
 * Keeps requests within what a server's model can hold: its length is not known before it refuses, and a turn
 * never fails for the length of its history. What was learnt holds for the turns that follow.
 */
export class ContextRoom {
	/** Letters of messages that went through, or were computed to. */
	private letters = Infinity;

	async fit<T>(messages: readonly ChatMessage[], replyTokens: number, ask: (messages: readonly ChatMessage[]) => Promise<T>): Promise<T> {
		for (let tries = 0; ; tries++) {
			const kept = this.letters === Infinity ? messages : await fitMessages(messages, this.letters, lettersOf);
			try {
				return await ask(kept);
			} catch (error) {
				const said = refusalOf(error)?.said ?? '';
				if (tries === TRIES || !TOO_LONG.test(said)) throw error;
				const now = lettersOf(kept);
				this.letters = Math.max(1, Math.floor(now * shareThatFits(said, replyTokens)));
				if (this.letters >= now) throw VoiceError.from(error);
			}
		}
	}
}

/** `... maximum context length is 4096 tokens ... 12000 ...`: the least number is the room, the greatest what was asked for. */
function shareThatFits(said: string, replyTokens: number): number {
	const numbers = [...said.matchAll(/\d{3,}/g)].map(([digits]) => Number(digits));
	const room = Math.min(...numbers) - replyTokens;
	const asked = Math.max(...numbers);
	return numbers.length > 1 && room > 0 && room < asked ? MARGIN * (room / asked) : SHRINK;
}

function lettersOf(messages: readonly ChatMessage[]): number {
	return messages.reduce(
		(sum, message) =>
			sum + message.content.length + (message.role === 'assistant' && message.toolCalls.length > 0 ? JSON.stringify(message.toolCalls).length : 0),
		0,
	);
}
