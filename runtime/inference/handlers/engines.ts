import type { Engines } from '../../contract/control';
import { modelChoices } from '../models/drop-down';
import type { Models } from '../models/models';
import type { Servers } from '../servers/servers';
import type { Voices } from '../speech/voices';

/** All that the nodes' drop-downs offer. Servers are asked for their voices, those that are down for at most 2 s. */
export async function engineChoices(models: Models, servers: Servers, voices: Voices): Promise<Engines> {
	const remote = await servers.choices();
	return {
		transcribe: [...(await modelChoices(models, 'transcribe')), ...remote.transcribe],
		chat: [...(await modelChoices(models, 'chat')), ...remote.chat],
		speak: await voices.choices(remote.speak),
		orpheus: await modelChoices(models, 'orpheus'),
		decoder: await modelChoices(models, 'snac'),
	};
}
