import type { Handlers } from '../../rpc/server';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { InferenceDeps } from './counters';

type Chat = Pick<Handlers<InferenceProtocol>, 'chat' | 'forget'>;

export function chatHandlers({ chat, callModels, counters }: InferenceDeps): Chat {
	return {
		chat: async ({ call, ...request }, { signal, emit }) =>
			await counters.count(counters.chats, signal, async () => {
				const listener = {
					onText: (text: string, next?: string) => emit({ type: 'text', text, ...(next !== undefined && { next }) }),
					onTokens: (count: number) => {
						counters.tokens += count;
					},
				};
				const settings = await callModels.chat(request.settings, call);
				return await chat.chat({ ...request, settings }, listener, signal);
			}),
		forget: ({ conversation }) => {
			chat.forget(conversation);
			callModels.forget(conversation);
			return Promise.resolve({});
		},
	};
}
