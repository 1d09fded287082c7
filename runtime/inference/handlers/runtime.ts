import { ownLoad } from '../../lib/process-load';
import type { Handlers } from '../../rpc/server';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { InferenceDeps } from './counters';
import { tryRecogniser } from './capacity';

type RuntimeHandlers = Pick<Handlers<InferenceProtocol>, 'warm' | 'engines' | 'stats'>;

export function runtimeHandlers(deps: InferenceDeps): RuntimeHandlers {
	const { chat, voices, recognisers, choices, counters, scheduler } = deps;
	return {
		warm: async (wanted) => {
			await Promise.all([
				wanted.transcribe && recognisers.warm(wanted.transcribe),
				wanted.chat && chat.warm(wanted.chat),
				wanted.speak && voices.warm(wanted.speak),
			]);
			// Once all is loaded: what loads would be measured with it.
			if (wanted.transcribe) await tryRecogniser(deps, wanted.transcribe);
			return {};
		},
		engines: async () => await choices(),
		stats: () =>
			Promise.resolve({
				chats: { ...counters.chats },
				speaks: { ...counters.speaks },
				listens: { ...counters.listens },
				tokens: counters.tokens,
				steps: { ...scheduler.started },
				rounds: scheduler.rounds,
				...ownLoad(),
			}),
	};
}
