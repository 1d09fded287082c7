import { isDeepStrictEqual } from 'node:util';
import type {
	ChatHistoryItem,
	ChatModelResponse,
	ChatWrapper,
	ChatWrapperGenerateContextStateOptions,
	ChatWrapperGeneratedContextState,
	ChatWrapperSettings,
} from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { VoiceError } from '../../../../contract/errors';
import type { Library } from '../../../llama/library';

type Response = ChatModelResponse['response'];

/**
 * A chat wrapper for one reply to one history, which was rendered elsewhere. While node-llama-cpp writes the reply it
 * asks for the history with what was written so far; that is what was rendered, with those words behind it. So no
 * template runs in this process.
 */
export function renderedWrapper(
	library: Library,
	settings: ChatWrapperSettings,
	history: readonly ChatHistoryItem[],
	state: ChatWrapperGeneratedContextState,
): ChatWrapper {
	class RenderedChatWrapper extends library.ChatWrapper {
		override readonly wrapperName = 'the template of the model file';
		override readonly settings = settings;

		override generateContextState({ chatHistory }: ChatWrapperGenerateContextStateOptions): ChatWrapperGeneratedContextState {
			const more = writtenSince(history, chatHistory);
			if (more.length === 0) return state;
			return { ...state, contextText: library.LlamaText([state.contextText, this.generateModelResponseText(more)]) };
		}
	}
	return new RenderedChatWrapper();
}

/** What stands at the end of `now` and not yet in `before`. Throws where `now` does not go on from there. */
export function writtenSince(before: readonly ChatHistoryItem[], now: readonly ChatHistoryItem[]): Response {
	const last = before.at(-1);
	const latest = now.at(-1);
	const same = before.length === now.length && now.slice(0, -1).every((item, index) => item === before[index] || isDeepStrictEqual(item, before[index]));
	if (!same || last?.type !== 'model' || latest?.type !== 'model') throw differs();
	const old = last.response;
	const more: Response = [];
	latest.response.forEach((part, index) => {
		const known = old[index];
		if (known === undefined) more.push(part);
		else if (typeof known === 'string' && typeof part === 'string' && part.startsWith(known) && (index === old.length - 1 || part === known)) {
			if (part.length > known.length) more.push(part.slice(known.length));
		} else if (!isDeepStrictEqual(known, part)) throw differs();
	});
	if (latest.response.length < old.length) throw differs();
	return more;
}

function differs(): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_FAILED', 'The reply does not go on from the conversation that the model was given.');
}
