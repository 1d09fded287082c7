import type { SpeakSettings } from '../../contract/agent-settings';
import type { Engines } from '../../contract/control';
import { serverNamed } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { log } from '../../lib/log';
import type { ChatEngine } from '../chat/engine';
import type { StreamingRecogniser } from '../recognition/engine';
import type { VoiceChoice, VoiceEngine } from '../speech/engine';
import type { ChainLink } from '../fallback/links';
import { KnownServer, type SnacFor } from './known-server';
import { isGroup, readServersFile, type ServersFile, type Stage } from './servers-file';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The servers that the runtime's configuration knows by name, so that no workflow holds their addresses and keys.
 * An unknown name is VOICE_ERR_MODEL_MISSING, a file that cannot be used VOICE_ERR_BAD_REQUEST, told to all who ask.
 */
export class Servers {
	private readonly known = new Map<string, KnownServer>();
	/** The servers of each group. */
	private readonly groups = new Map<string, readonly KnownServer[]>();

	constructor(
		entries: ServersFile,
		environment: Environment = process.env,
		private readonly broken?: VoiceError,
	) {
		const all = Object.entries(entries);
		for (const [name, entry] of all) if (!isGroup(entry)) this.known.set(name, new KnownServer(name, entry, environment));
		for (const [name, entry] of all) if (isGroup(entry)) this.groups.set(name, entry.servers.map((server) => this.server(server)));
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

	/**
	 * What an engine's name stands for: the servers of a group, which share the work of `stage`; else itself. Servers
	 * that speak alike share it too where they stand beside each other in a chain. Those on standby come last, by themselves.
	 */
	links(stage: Stage, engine: string, voice: string): readonly ChainLink[] {
		const name = serverNamed(engine) ?? '';
		const group = this.groups.get(name)?.filter(({ stages }) => stages.includes(stage)) ?? [];
		if (group.length > 0) {
			const sharing = group.filter(({ standby }) => !standby).map((server) => ({ name: server.engine, shares: engine }));
			return [...sharing, ...group.filter(({ standby }) => standby).map((server) => ({ name: server.engine }))];
		}
		const shares = stage === 'speak' ? this.known.get(name)?.soundsLike(voice) : undefined;
		return [shares === undefined ? { name: engine } : { name: engine, shares }];
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
		const of = (stage: Stage): Engines['chat'] => [...this.groupChoices(stage), ...those(stage).map((server) => server.choice(stage))];
		const voices = new Map(await Promise.all(those('speak').map(async (server) => [server.engine, await server.voices()] as const)));
		// Of a group, what each of its servers can say.
		const inAll = (engine: string): VoiceChoice[] => {
			const [first = [], ...others] = this.links('speak', engine, '').map(({ name }) => voices.get(name) ?? []);
			return first.filter(({ value }) => others.every((other) => other.some((voice) => voice.value === value)));
		};
		return {
			transcribe: of('transcribe'),
			chat: of('chat'),
			speak: of('speak').map((choice) => ({ ...choice, voices: inAll(choice.value) })),
		};
	}

	private groupChoices(stage: Stage): Engines['chat'] {
		return [...this.groups].flatMap(([name, servers]) => {
			const able = servers.filter(({ stages }) => stages.includes(stage));
			return able.length === 0 ? [] : [{ value: `server:${name}`, name: `Servers: ${name}`, description: able.map((server) => server.name).join(', ') }];
		});
	}

	private server(name: string): KnownServer {
		const found = this.known.get(name);
		if (found) return found;
		if (this.broken) throw this.broken;
		const group = this.groups.get(name);
		if (group) {
			throw new VoiceError('VOICE_ERR_MODEL_MISSING', `None of the servers of "${name}" is configured for this: ${group.map((server) => server.name).join(', ')}.`, {
				remedy: 'Choose another server, or add "chat", "speak" or "transcribe" to their entries in the file that VOICE_LOOP_SERVERS names.',
			});
		}
		const names = [...this.known.keys(), ...this.groups.keys()].join(', ');
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no server "${name.slice(0, 100)}". Configured: ${names || 'none'}.`, {
			remedy: 'Choose one of these, or add it to the file that VOICE_LOOP_SERVERS names and restart the runtime.',
		});
	}
}
