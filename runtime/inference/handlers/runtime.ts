import type { SpeakSettings, TranscribeSettings } from '../../contract/agent-settings';
import type { ChatSettings } from '../../contract/chat';
import type { Engines, EnginesQuery } from '../../contract/control';
import { ownLoad } from '../../lib/process-load';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { Handlers } from '../../rpc/server';
import { modelChoices } from '../models/drop-down';
import type { Models } from '../models/models';
import type { Servers } from '../servers/servers';
import type { Voices } from '../speech/voices';
import type { InferenceDeps } from './counters';
import { LoadReports } from './load-reports';
import { tryRecogniser } from './try-recogniser';

type RuntimeHandlers = Pick<Handlers<InferenceProtocol>, 'warm' | 'describe' | 'turnEnd' | 'engines' | 'ping' | 'stats'>;

export function runtimeHandlers(deps: InferenceDeps): RuntimeHandlers {
	const { chat, voices, recognisers, callModels, choices, describe, counters, scheduler, turnEnds, loads } = deps;
	return {
		warm: async (wanted, { emit }) => {
			const { call } = wanted;
			const progress = new LoadReports(loads, (loading) => emit({ loading }));
			const hear = async (settings: TranscribeSettings): Promise<TranscribeSettings> => {
				const named = await callModels.transcribe(settings, call);
				await progress.watch('recogniser', named.model, async () => await recognisers.warm(named));
				return named;
			};
			const answer = async (settings: ChatSettings): Promise<ChatSettings> => {
				const named = await callModels.chat(settings, call);
				await progress.watch('languageModel', named.model, async () => await chat.warm(named));
				return named;
			};
			const speak = async (settings: SpeakSettings): Promise<void> => {
				const named = await callModels.speak(settings, call);
				await progress.watch('voice', named.engine, async () => await voices.warm(named));
			};
			try {
				const answers = wanted.chat ? answer(wanted.chat) : Promise.resolve(undefined);
				const hears = wanted.transcribe ? hear(wanted.transcribe) : Promise.resolve(undefined);
				const stages = [
					hears,
					answers,
					wanted.speak ? speak(wanted.speak) : Promise.resolve(),
					// A call does without it, and the log has said why.
					wanted.turnEnd === null ? Promise.resolve() : turnEnds.warm(wanted.turnEnd).catch(() => undefined),
				];
				// One that fails at once does not end what is told of the others.
				await Promise.allSettled(stages);
				await Promise.all(stages);
				// Once all is loaded: what loads would wait for it, and be measured with it.
				const answeredBy = await answers;
				if (answeredBy && wanted.prompt) await chat.readAhead({ ...wanted.prompt, settings: answeredBy });
				const heardBy = await hears;
				if (heardBy) await tryRecogniser(deps, heardBy);
				return {};
			} finally {
				progress.end();
			}
		},
		turnEnd: async ({ model, pcm }, { signal }) => await turnEnds.judge(model, pcm, signal),
		describe: async ({ speak, call }) => await describe(speak, call),
		engines: async (query) => await choices(query),
		ping: () => Promise.resolve({ stuckMs: scheduler.longestStepMs }),
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

/**
 * All that the nodes' drop-downs offer. Servers are asked for their voices, those that are down for at most 2 s. Rejects
 * where `voicesOf` names what is no voice.
 */
export async function engineChoices(models: Models, servers: Servers, voices: Voices, { voicesOf }: EnginesQuery = {}): Promise<Engines> {
	const remote = await servers.choices();
	return {
		transcribe: [...(await modelChoices(models, 'transcribe')), ...remote.transcribe],
		chat: [...(await modelChoices(models, 'chat')), ...remote.chat],
		speak: await voices.choices(remote.speak, voicesOf),
		orpheus: await modelChoices(models, 'orpheus'),
		decoder: await modelChoices(models, 'snac'),
	};
}
