import type { SpeakSettings } from '../../contract/agent-settings';
import type { Clock } from '../../lib/clock';
import type { RealTime } from '../scheduler/real-time';
import { Chain } from '../fallback/fallback-chain';
import type { Rests } from '../fallback/cooldowns';
import type { VoiceSource } from '../fallback/sources';
import { Speaker, type VoiceLink } from './speaker';

/** Speaks with the first voice of a chain that can. */
export class VoiceChain {
	constructor(
		private readonly voices: VoiceSource,
		private readonly rests: Rests,
		private readonly speeds: RealTime,
		private readonly clock: Clock,
	) {}

	/** For one utterance. `realTime`: somebody listens meanwhile. */
	speaker(settings: SpeakSettings, realTime: boolean): Speaker {
		return new Speaker(this.voices, this.chain(settings), this.speeds, settings, realTime, this.clock);
	}

	/** Makes the first voice ready that can be. */
	async warm(settings: SpeakSettings): Promise<void> {
		await this.chain(settings).first(async ({ engine, voice }) => await (await this.voices.engine({ ...settings, engine, voice })).warm(voice));
	}

	private chain({ engine, voice, fallbacks }: SpeakSettings): Chain<VoiceLink> {
		const link = (one: { engine: string; voice: string }): VoiceLink => ({ name: one.engine, ...one });
		return new Chain([link({ engine, voice }), ...fallbacks.map(link)], this.rests);
	}
}
