import path from 'node:path';
import type { SpeakSettings } from '../../contract/agent-settings';
import type { Engines } from '../../contract/control';
import { serverNamed } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { modelChoices } from '../models/drop-down';
import type { Models } from '../models/models';
import type { ModelsHere } from '../models/pair';
import type { VoiceChoice, VoiceEngine } from './engine';

/** One way to make a voice. */
export interface VoiceKind {
	/** For the node's drop-down. */
	readonly description: string;
	readonly voices: readonly VoiceChoice[];
	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN where its files are not what they should be. */
	engine(settings: SpeakSettings): Promise<VoiceEngine>;
}

/** Where voices come from. */
interface VoiceKinds {
	readonly flite: VoiceKind;
	readonly orpheus: VoiceKind;
	/** Voices that are a folder of files. */
	readonly folders: Pick<VoiceKind, 'engine'> & {
		/** Without opening it. Rejects as `engine`. */
		voicesOf(engine: string): Promise<VoiceChoice[]>;
	};
	/** The voice of the configured server of that name. */
	readonly server: (name: string, settings: SpeakSettings) => Promise<VoiceEngine>;
	readonly models: Models;
}

/** All synthesisers of this process, by the names of contract/engines. */
export class Voices {
	constructor(private readonly kinds: VoiceKinds) {}

	/** Rejects with VOICE_ERR_MODEL_MISSING for an engine that is not there. `auto` is none: see named(). */
	async engine(settings: SpeakSettings): Promise<VoiceEngine> {
		const { flite, orpheus, folders, server } = this.kinds;
		const name = settings.engine;
		if (name === 'flite') return await flite.engine(settings);
		if (name === 'orpheus') return await orpheus.engine(settings);
		const serverName = serverNamed(name);
		if (serverName !== undefined) return await server(serverName, settings);
		if (this.isModel(name)) return await folders.engine({ ...settings, engine: name });
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no voice engine "${name.slice(0, 100)}". Use auto, flite, orpheus, a voice that \`voice-loop models\` lists, "server:NAME", or the absolute path of a voice's folder.`);
	}

	/**
	 * @param servers those that speak
	 * @param asked a voice by its path, which is added with its voices. Rejects where it is none.
	 */
	async choices(servers: Engines['speak'], asked?: string): Promise<Engines['speak']> {
		const { flite, orpheus, models } = this.kinds;
		const kind = (value: string, name: string, { description, voices }: VoiceKind): Engines['speak'][number] => ({ value, name, description, voices: [...voices] });
		const listed = (await modelChoices(models, 'voice')).filter(({ value }) => value !== 'auto');
		const folders = await Promise.all(listed.map(async (choice) => ({ ...choice, voices: await this.voicesHere(choice.value) })));
		const [best = 'flite'] = (await models.here()).voices;
		const named = [kind('flite', 'flite', flite), kind('orpheus', 'Orpheus', orpheus)];
		// Of what it stands for now.
		const voices = [...named, ...folders].find(({ value }) => value === best)?.voices ?? [];
		return [
			{ value: 'auto', name: `Auto: ${models.nameOf(best)}`, description: 'The best voice that this machine has and can speak with in real time.', voices },
			...named,
			...servers,
			...folders,
			...(asked !== undefined && path.isAbsolute(asked) ? [{ value: asked, name: models.nameOf(asked), description: 'A voice of your own.', voices: await this.kinds.folders.voicesOf(asked) }] : []),
		];
	}

	/** Of a model of the catalogue; none where it was not fetched, or is damaged: whoever chooses it is told. */
	private async voicesHere(id: string): Promise<VoiceChoice[]> {
		return await this.kinds.folders.voicesOf(id).catch(() => []);
	}

	/**
	 * Puts the best voice that is here in the place of `auto`: of the main voice and of its fallbacks, nobody twice.
	 * Whoever names one of flite's voices, and leaves the engine to us, means flite. Where nobody has chosen a fallback
	 * either, flite stands in: what suits the machine by its size may still be too slow on a busy one.
	 */
	named(settings: SpeakSettings, { voices: here }: Pick<ModelsHere, 'voices'>): SpeakSettings {
		const standIns = settings.engine === 'auto' && settings.voice === '' && settings.fallbacks.length === 0 ? [{ engine: 'flite', voice: '' }] : settings.fallbacks;
		const [main, ...fallbacks] = [settings, ...standIns].reduce<ReadonlyArray<{ engine: string; voice: string }>>((before, { engine, voice }) => {
			if (engine !== 'auto') return before.some((other) => other.engine === engine && other.voice === voice) ? before : [...before, { engine, voice }];
			const flites = this.kinds.flite.voices.some(({ value }) => value === voice);
			const best = flites ? 'flite' : here.find((name) => !before.some((other) => other.engine === name));
			return best === undefined ? before : [...before, { engine: best, voice }];
		}, []);
		return { ...settings, ...main, fallbacks: [...fallbacks] };
	}

	private isModel(name: string): boolean {
		return path.isAbsolute(name) || this.kinds.models.catalogue.find(name) !== undefined;
	}
}
