import { LISTEN_RATE } from '../../audio/pcm';
import type { TurnTakingSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { ConversationEffect, ConversationInput } from '../../dialogue/conversation-events';
import { type Clock, monotonicClock } from '../../lib/clock';
import type { RpcCall } from '../../rpc/client';
import type { InferenceServer } from './call-deps';
import type { TurnAudio } from './turn-audio';

/** The model looks at no more. */
const SHOWN_SAMPLES = 8 * LISTEN_RATE;
/** A model that is not there is looked for again after this, at the earliest: somebody may have fetched it. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Has the sound of a caller who has fallen silent judged: has the turn ended? Nobody waits for the answer: where none
 * comes, the dialogue decides without it.
 */
export class TurnEndWatch {
	private asked: RpcCall<never, unknown> | undefined;
	private current = 0;
	private restsUntil = Number.NEGATIVE_INFINITY;
	/** Its thread died at the last question: the next one has another. */
	private died = false;

	constructor(
		private readonly inference: InferenceServer,
		private readonly settings: TurnTakingSettings,
		private readonly audio: Pick<TurnAudio, 'last'>,
		private readonly step: (input: ConversationInput) => void,
		private readonly clock: Clock = monotonicClock,
	) {}

	/** Sees all effects of the dialogue, and passes them on. */
	follow(effect: ConversationEffect): ConversationEffect {
		if (effect.type === 'judgeTurnEnd') this.judge(effect.id);
		else if (effect.type === 'resetRecogniser' || effect.type === 'endSession') this.cancel();
		return effect;
	}

	private judge(id: string): void {
		this.cancel();
		const pcm = this.audio.last(SHOWN_SAMPLES);
		if (pcm.length === 0 || this.clock.now() < this.restsUntil) return;
		const mine = this.current;
		this.ask(pcm, mine)
			.then((probability) => {
				if (probability !== undefined) this.died = false;
				if (mine === this.current && probability !== undefined) this.step({ type: 'turnEndJudged', at: this.clock.now(), id, probability });
			})
			.catch((thrown: unknown) => this.failed(VoiceError.from(thrown)));
	}

	/** Nobody wants to know any more. */
	private cancel(): void {
		this.current++;
		this.asked?.cancel();
		this.asked = undefined;
	}

	private async ask(pcm: Int16Array, mine: number): Promise<number | undefined> {
		const client = await this.inference.ready();
		if (mine !== this.current) return undefined;
		const asked = client.call('turnEnd', { model: this.settings.audioJudgeModel, pcm });
		this.asked = asked;
		return (await asked.result).probability;
	}

	/** Inference has logged it. */
	private failed({ code }: VoiceError): void {
		if (code === 'VOICE_ERR_CANCELLED' || code === 'VOICE_ERR_INFERENCE_LOST') return;
		const once = code === 'VOICE_ERR_MODEL_FAILED' && !this.died;
		this.died = once;
		if (!once) this.restsUntil = this.clock.now() + LOOK_AGAIN_MS;
	}
}
