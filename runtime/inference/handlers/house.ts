import type { SpeakSettings } from '../../contract/agent';
import { ownLoad } from '../../ipc/own-load';
import type { Handlers } from '../../ipc/server';
import type { InferenceProtocol } from '../../ipc/inference-protocol';
import { choices } from '../models/choices';
import type { Rooms } from '../rooms';

type House = Pick<Handlers<InferenceProtocol>, 'warm' | 'engines' | 'stats'>;

export function houseHandlers({ chat, voices, recognisers, models, counters }: Rooms): House {
	const warmVoice = async (settings: SpeakSettings): Promise<void> => await (await voices.engine(settings)).warm(settings.voice);
	return {
		warm: async (wanted) => {
			await Promise.all([
				wanted.transcribe && recognisers.get(wanted.transcribe.model),
				wanted.chat && chat.warm(wanted.chat),
				wanted.speak && warmVoice(wanted.speak),
			]);
			return {};
		},
		engines: async () => ({
			transcribe: await choices(models, 'transcribe'),
			chat: await choices(models, 'chat'),
			speak: voices.choices(),
		}),
		stats: () =>
			Promise.resolve({
				chats: { ...counters.chats },
				speaks: { ...counters.speaks },
				listens: { ...counters.listens },
				tokens: counters.tokens,
				...ownLoad(),
			}),
	};
}
