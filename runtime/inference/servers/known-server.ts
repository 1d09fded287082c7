import type { SpeakSettings } from '../../contract/agent-settings';
import type { Engines } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { ChatEngine } from '../chat/engine';
import { OrpheusVoice } from '../speech/orpheus/orpheus-voice';
import type { FrameDecoder } from '../speech/orpheus/snac/snac-decoder';
import { ORPHEUS_VOICES } from '../speech/orpheus/voices';
import { RemoteChat } from '../chat/openai/remote-chat';
import { CompletionsSource } from '../speech/orpheus/remote-tokens/completions-source';
import { FoundOnce } from '../../lib/async';
import { RemoteServer } from '../openai-client/remote-server';
import { openRemoteSpeech } from '../speech/openai/remote-speech';
import { RemoteTranscribe } from '../recognition/openai/remote-transcribe';
import type { StreamingRecogniser } from '../recognition/engine';
import type { VoiceChoice, VoiceEngine } from '../speech/engine';
import { type ServerEntry, type Stage, stagesOf } from './servers-file';

/** Opens the SNAC decoder of this machine that `orpheusSettings.decoder` names. */
export type SnacFor = (decoder: string) => Promise<FrameDecoder>;

/** For a drop-down nobody waits longer, ms. */
const CHOICES_MS = 2_000;

const never = new AbortController().signal;

/**
 * The engines of one configured server. Each is made by the first who asks, who finds out what the server is like;
 * where the server is down, the next who asks finds out. All throw VOICE_ERR_MODEL_MISSING for a stage that the
 * server does not have, VOICE_ERR_BAD_REQUEST where the variable of its key is not set, else as `RemoteServer.ask`.
 */
export class KnownServer {
	private chatEngine: ChatEngine | undefined;
	private tokens: CompletionsSource | undefined;
	private readonly recogniserFound = new FoundOnce<StreamingRecogniser>(async (signal) => {
		const server = this.remote('transcribe');
		await server.owner(signal);
		return new RemoteTranscribe(server);
	});
	private readonly speechFound = new FoundOnce<VoiceEngine>(async (signal) => {
		const { sampleRate, voices } = this.spoken('speech');
		return await openRemoteSpeech(this.remote('speak'), { sampleRate, voices }, signal);
	});

	constructor(
		readonly name: string,
		private readonly entry: ServerEntry,
		private readonly environment: Readonly<Record<string, string | undefined>>,
	) {}

	get stages(): readonly Stage[] {
		return stagesOf(this.entry);
	}

	/** As settings name it. */
	get engine(): string {
		return `server:${this.name}`;
	}

	get standby(): boolean {
		return this.entry.standby ?? false;
	}

	/**
	 * The same for all servers with which this one can take turns without anybody hearing it: they have the same model, and
	 * the same voice is asked of them. Undefined where that is not known, or where it is on standby.
	 */
	soundsLike(voice: string): string | undefined {
		const { speak } = this.entry;
		if (!speak || this.standby) return undefined;
		// Servers that speak by themselves have models and voices of their own for the names that are left out.
		if (speak.kind === 'speech' && (speak.model === '' || voice === '')) return undefined;
		return JSON.stringify({ ...speak, voice });
	}

	/** For a drop-down. */
	choice(stage: Stage): Engines['chat'][number] {
		const model = this.entry[stage]?.model ?? '';
		const { host } = new URL(this.entry.baseUrl);
		return { value: this.engine, name: `Server: ${this.name}`, description: model === '' ? host : `${host}, ${model}` };
	}

	chat(): ChatEngine {
		return (this.chatEngine ??= new RemoteChat(this.remote('chat')));
	}

	async recogniser(): Promise<StreamingRecogniser> {
		return await this.recogniserFound.get(never);
	}

	async voice({ orpheus }: SpeakSettings, snacFor: SnacFor): Promise<VoiceEngine> {
		if (this.entry.speak?.kind === 'speech') return await this.speechFound.get(never);
		this.tokens ??= new CompletionsSource(this.remote('speak'), this.orpheusVoices());
		const { decoder, temperature, topP, topK, repetitionPenalty } = orpheus;
		const sampling = { temperature, topP, topK, repetitionPenalty };
		return new OrpheusVoice(this.tokens, await snacFor(decoder), sampling);
	}

	/** For a drop-down: none where the server does not name them soon. */
	async voices(): Promise<VoiceChoice[]> {
		if (this.entry.speak?.kind === 'orpheus-tokens') return [...this.orpheusVoices()];
		const named = this.spoken('speech').voices.map((value) => ({ value, name: value }));
		return await this.speechFound.get(AbortSignal.timeout(CHOICES_MS)).then(
			({ voices }) => [...voices],
			() => named,
		);
	}

	private orpheusVoices(): readonly VoiceChoice[] {
		const { voices } = this.spoken('orpheus-tokens');
		return voices.length === 0 ? ORPHEUS_VOICES : voices.map((name) => ORPHEUS_VOICES.find(({ value }) => value === name) ?? { value: name, name });
	}

	private spoken<K extends Speak['kind']>(kind: K): Extract<Speak, { kind: K }> {
		const { speak } = this.entry;
		if (speak?.kind !== kind) throw this.lacks('speak');
		return speak as Extract<Speak, { kind: K }>;
	}

	private remote(stage: Stage): RemoteServer {
		const { baseUrl, limits, warmUp, [stage]: settings } = this.entry;
		if (!settings) throw this.lacks(stage);
		return new RemoteServer({ baseUrl, limits, warmUp, apiKey: this.key(), model: settings.model });
	}

	private key(): string {
		const { apiKey = '', apiKeyEnv } = this.entry;
		if (apiKeyEnv === undefined) return apiKey;
		const key = this.environment[apiKeyEnv] ?? '';
		if (key !== '') return key;
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `The key of the server "${this.name}" is read from the environment variable ${apiKeyEnv}, which is not set.`, {
			remedy: `Set ${apiKeyEnv} in the environment of the runtime, then restart it.`,
		});
	}

	private lacks(stage: Stage): VoiceError {
		return new VoiceError('VOICE_ERR_MODEL_MISSING', `The server "${this.name}" is not configured for "${stage}", only for ${this.stages.map((known) => `"${known}"`).join(' and ')}.`, {
			remedy: `Choose another server, or add "${stage}" to its entry in the file that VOICE_LOOP_SERVERS names.`,
		});
	}
}

type Speak = NonNullable<ServerEntry['speak']>;
