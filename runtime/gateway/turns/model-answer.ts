import { type ChatMessage, UNCLEAR } from '../../contract/chat';
import type { ChatDone, ReplyAsk } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { History } from '../../dialogue/history/history';
import type { InferenceServer } from '../calls/call-deps';
import type { RpcCall } from '../../rpc/client';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { ParamsIn } from '../../rpc/protocol';
import { FirstWordLimit } from './first-word';

/** What is written, and the sign after it, where that is known. */
type OnText = (text: string, next: string | undefined) => void;

export interface ModelDeps {
	/** Names the call to the model, which keeps its tokens in memory. */
	readonly conversation: string;
	readonly inference: InferenceServer;
	/** The first word, or the first tool call, comes within this, or the turn fails. */
	readonly firstWordMs: number;
}

export type AnswerParams = Omit<ParamsIn<InferenceProtocol['chat']>, 'conversation'>;

/**
 * One step of the model, from the question to its last word. One whose first word does not come in time stops. A process that dies before
 * that word has taken nothing with it: the one that comes after it is asked the same, once.
 */
export class ModelAnswer {
	readonly result: Promise<ChatDone>;
	private generation: RpcCall<never, ChatDone> | undefined;
	private cancelled = false;
	private onText: OnText | undefined;
	/** What nobody was there to be told of. */
	private readonly untold: Array<Parameters<OnText>> = [];
	private written = 0;
	private begun = false;
	private broken = false;

	constructor(deps: ModelDeps, params: AnswerParams) {
		this.result = this.ask(deps, params);
		// Somebody may ask for it later, or nobody.
		this.result.catch(() => (this.broken = true));
	}

	/** Tells all that is written, from its first word. */
	tell(onText: OnText): void {
		this.onText = onText;
		for (const [text, next] of this.untold.splice(0)) onText(text, next);
	}

	get failed(): boolean {
		return this.broken;
	}

	/** So many were written: mostly one token each. */
	get pieces(): number {
		return this.written;
	}

	cancel(): void {
		this.cancelled = true;
		this.generation?.cancel();
	}

	private async ask({ conversation, inference, firstWordMs }: ModelDeps, params: AnswerParams): Promise<ChatDone> {
		const limit = new FirstWordLimit(firstWordMs);
		const asking = async (again = false): Promise<ChatDone> => {
			const client = await inference.ready();
			if (limit.isOver) throw new VoiceError('VOICE_ERR_CANCELLED', 'Nobody waits for this answer any more.');
			this.generation = client.call('chat', { conversation, ...params }, ({ text, next }) => {
				if (limit.isOver) return;
				limit.stop();
				this.begun = true;
				if (text !== '') this.written++;
				if (this.onText) this.onText(text, next);
				else this.untold.push([text, next]);
			});
			if (this.cancelled) this.generation.cancel();
			try {
				return await this.generation.result;
			} catch (thrown) {
				const mayAskAgain = !again && !this.begun && !this.cancelled && VoiceError.from(thrown).code === 'VOICE_ERR_INFERENCE_LOST';
				if (!mayAskAgain) throw thrown;
				return await asking(true);
			}
		};
		const answer = asking();
		try {
			return await Promise.race([answer, limit.passed]);
		} catch (error) {
			// A model that is too slow stops; its answer is not waited for.
			answer.catch(() => undefined);
			this.generation?.cancel();
			throw error;
		} finally {
			limit.stop();
		}
	}
}

/** What the model is asked: beforehand in the same words as when its node asks. `offersTools`: it may call some. */
export function paramsFor(ask: ReplyAsk, history: History, { offersTools, ...answer }: { begun: string; isCertain: boolean; offersTools: boolean }): AnswerParams {
	return { settings: ask.chat, messages: messagesFor(ask, history, answer), tools: offersTools ? ask.tools : [] };
}

/**
 * What the model reads. `begun`: of its answer, the words that another one wrote which failed. What the caller has said is not in
 * the history before it is certain that it was all.
 */
function messagesFor({ instructions, understood, prompt }: ReplyAsk, history: History, { begun, isCertain }: { begun: string; isCertain: boolean }): ChatMessage[] {
	const said = isCertain ? [] : [{ role: 'user' as const, content: understood ? prompt : UNCLEAR }];
	// A space at its end would be a token that no model has seen there.
	const answer = begun === '' ? [] : [{ role: 'assistant' as const, content: begun.trimEnd(), toolCalls: [] }];
	return [...promptBeginning(instructions, history.messages()), ...said, ...answer];
}

/** What is read beforehand has to be what is asked: the model finds in its memory only what is the same from the first token on. */
export function promptBeginning(instructions: string, said: readonly ChatMessage[]): ChatMessage[] {
	return [{ role: 'system', content: instructions }, ...said];
}

/** An answer of which the caller would hear nothing. */
export function unspeakable(written: string): VoiceError {
	const what = written.trim() === '' ? 'It is empty' : 'It has no words, only marks or emoji';
	return new VoiceError('VOICE_ERR_NO_ANSWER', `The model's answer cannot be spoken. ${what}.`);
}
