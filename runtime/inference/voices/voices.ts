import type { SpeakSettings } from '../../contract/agent';
import type { Engines } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { VoiceChoice, VoiceEngine } from './voice';

/** One way to make a voice, by the name that settings give: flite, orpheus. */
export interface VoiceKind {
	/** For the node's drop-down. */
	readonly description: string;
	readonly voices: readonly VoiceChoice[];
	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN where its files are not what they should be. */
	engine(settings: SpeakSettings): Promise<VoiceEngine>;
}

/** All synthesisers of this process. */
export class Voices {
	constructor(private readonly kinds: Readonly<Record<string, VoiceKind>>) {}

	/** Rejects with VOICE_ERR_MODEL_MISSING for an engine that is not there. */
	async engine(settings: SpeakSettings): Promise<VoiceEngine> {
		const name = settings.engine;
		const kind = Object.hasOwn(this.kinds, name) ? this.kinds[name] : undefined;
		if (kind) return await kind.engine(settings);
		const names = Object.keys(this.kinds).join(', ');
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no voice engine "${name.slice(0, 100)}". There is: ${names}.`);
	}

	choices(): Engines['speak'] {
		return Object.entries(this.kinds).map(([value, { description, voices }]) => ({
			value,
			name: value,
			description,
			voices: voices.map((voice) => ({ ...voice })),
		}));
	}
}
