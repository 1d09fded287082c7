import type { SpeakSettings } from '../../contract/agent-settings';
import type { Engines } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { log } from '../../lib/log';
import type { ChatEngine } from '../chat/engine';
import type { StreamingRecogniser } from '../recognition/engine';
import type { VoiceEngine } from '../speech/engine';
import { KnownServer, type SnacFor } from './known-server';
import { readServersFile, type ServersFile, type Stage } from './servers-file';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The servers that the runtime's configuration knows by name, so that no workflow holds their addresses and keys.
 * An unknown name is VOICE_ERR_MODEL_MISSING, a file that cannot be used VOICE_ERR_BAD_REQUEST, told to all who ask.
 */
export class Servers {
	private readonly known: ReadonlyMap<string, KnownServer>;

	constructor(
		entries: ServersFile,
		environment: Environment = process.env,
		private readonly broken?: VoiceError,
	) {
		this.known = new Map(Object.entries(entries).map(([name, entry]) => [name, new KnownServer(name, entry, environment)]));
	}

	/** Reads the file that VOICE_LOOP_SERVERS names, once; never throws. */
	static configured(environment: Environment = process.env): Servers {
		const path = environment.VOICE_LOOP_SERVERS ?? '';
		if (path === '') return new Servers({}, environment);
		try {
			return new Servers(readServersFile(path), environment);
		} catch (thrown) {
			const error = VoiceError.from(thrown);
			// The message names the file and the entry, and quotes neither.
			log.error({ code: error.code, why: error.message }, 'no named server can be used');
			return new Servers({}, environment, error);
		}
	}

	chat(name: string): ChatEngine {
		return this.server(name).chat();
	}

	async recogniser(name: string): Promise<StreamingRecogniser> {
		return await this.server(name).recogniser();
	}

	/** `snacFor` is asked only where the server writes Orpheus's tokens, which this machine makes sound. */
	async voice(name: string, settings: SpeakSettings, snacFor: SnacFor): Promise<VoiceEngine> {
		return await this.server(name).voice(settings, snacFor);
	}

	/** For the nodes' drop-downs. Servers are asked for their voices, those that are down for at most 2 s. */
	async choices(): Promise<Pick<Engines, Stage>> {
		const those = (stage: Stage): KnownServer[] => [...this.known.values()].filter(({ stages }) => stages.includes(stage));
		const of = (stage: Stage): Engines['chat'] => those(stage).map((server) => server.choice(stage));
		return {
			transcribe: of('transcribe'),
			chat: of('chat'),
			speak: await Promise.all(
				those('speak').map(async (server) => ({ ...server.choice('speak'), voices: [...(await server.voices())] })),
			),
		};
	}

	private server(name: string): KnownServer {
		const found = this.known.get(name);
		if (found) return found;
		if (this.broken) throw this.broken;
		const names = [...this.known.keys()].join(', ');
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no server "${name.slice(0, 100)}". Configured: ${names || 'none'}.`, {
			remedy: 'Choose one of these, or add it to the file that VOICE_LOOP_SERVERS names and restart the runtime.',
		});
	}
}
