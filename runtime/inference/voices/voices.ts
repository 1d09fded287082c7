import type { Engines } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { VoiceEngine } from './voice';

/** All synthesisers of this process, by the name that settings give. */
export class Voices {
	constructor(private readonly engines: Readonly<Record<string, VoiceEngine>>) {}

	/** Throws VOICE_ERR_MODEL_MISSING for an engine that is not there. */
	engine(name: string): VoiceEngine {
		const engine = Object.hasOwn(this.engines, name) ? this.engines[name] : undefined;
		if (engine) return engine;
		const names = Object.keys(this.engines).join(', ');
		if (name === 'orpheus') {
			throw new VoiceError('VOICE_ERR_MODEL_MISSING', 'Orpheus itself comes with the next release; use flite.', {
				remedy: `Choose one of these voices in the Orpheus Speak node: ${names}.`,
			});
		}
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no voice engine "${name.slice(0, 100)}". There is: ${names}.`);
	}

	choices(): Engines['speak'] {
		return Object.entries(this.engines).map(([value, engine]) => ({
			value,
			name: value,
			description: 'Always there, speaks English, needs no download.',
			voices: engine.voices.map((voice) => ({ ...voice })),
		}));
	}
}
