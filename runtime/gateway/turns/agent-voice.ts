import { type AgentSettings, LONGEST_SPEECH_S, type SpeakSettings } from '../../contract/agent-settings';
import type { ConversationInput } from '../../dialogue/conversation-events';
import { monotonicClock } from '../../lib/clock';
import type { MediaEvent } from '../../rpc/media-protocol';
import type { InferenceServer, Phrases } from '../calls/call-deps';
import { AgentUtterance, type AgentUtteranceListener } from './agent-utterance';
import type { CurrentLink } from './utterance-sound';

type UtteranceEvent = Extract<MediaEvent, { utteranceId: string }>;

/**
 * Everything the agent says in one call: opens utterances and tells the dialogue what becomes audible. Without a link they
 * wait for the next one.
 */
export class AgentVoice {
	private readonly live = new Map<string, { utterance: AgentUtterance; n: number | undefined }>();
	/** Ids go on from those of the process before. */
	nextId = 1;
	private closed = false;

	constructor(
		private readonly inference: InferenceServer,
		private readonly link: CurrentLink,
		private readonly agent: Pick<AgentSettings, 'turnTaking' | 'transcribe'>,
		private readonly step: (input: ConversationInput) => void,
		private readonly phrases?: Phrases,
	) {}

	/** Records a phrase that belongs to no turn, so that say() needs no voice for it. */
	async keep(settings: SpeakSettings, text: string): Promise<void> {
		await this.phrases?.keep(this.completed(phraseVoice(settings)), text);
	}

	/** Says a phrase that belongs to no turn: from its recording if there is one. flite says it where the voice fails. */
	say(settings: SpeakSettings, text: string): AgentUtterance | undefined {
		const phrase = phraseVoice(settings);
		const utterance = this.open(phrase, undefined, {}, this.phrases?.find(this.completed(phrase), text));
		utterance?.write(text);
		utterance?.end();
		return utterance;
	}

	/**
	 * Opens an utterance; undefined where the call is over. `n`: the turn it answers; absent for what
	 * belongs to no turn. What was opened first is heard first.
	 */
	open(settings: SpeakSettings, n?: number, listener: Partial<AgentUtteranceListener> = {}, voice = this.inference): AgentUtterance | undefined {
		if (this.closed) return undefined;
		const id = `u${this.nextId++}`;
		const utterance = new AgentUtterance(id, this.completed(settings), voice, this.link, {
			onMark: () => undefined,
			...listener,
			onText: (text) => {
				this.step({ type: 'agentText', at: monotonicClock.now(), utteranceId: id, text });
				listener.onText?.(text);
			},
		}, [...this.live.values()].at(-1)?.utterance);
		this.live.set(id, { utterance, n });
		void utterance.finished.then(() => {
			this.live.delete(id);
			// No media tells of what is stopped while there is none.
			if (!this.link()) this.cut(id, utterance);
		});
		return utterance;
	}

	/** With what the trigger and the recogniser say. */
	private completed(settings: SpeakSettings): SpeakSettings {
		const { turnTaking, transcribe } = this.agent;
		return {
			...settings,
			interruptible: settings.interruptible && turnTaking.interruptions,
			language: settings.language || (transcribe?.language ?? ''),
		};
	}

	onMedia(event: UtteranceEvent): void {
		const entry = this.live.get(event.utteranceId);
		if (!entry) return;
		const { utterance, n } = entry;
		utterance.onMedia(event);
		const { utteranceId } = event;
		if (event.type === 'playing') {
			const { interruptible, callerNeedsTime } = utterance.settings;
			this.step({ type: 'agentUtteranceStarted', at: event.at, utteranceId, interruptible, ...(callerNeedsTime ? { callerNeedsTime } : {}), ...(n === undefined ? {} : { n }) });
		} else if (event.type === 'paused') {
			const { playedSamples } = utterance;
			this.step({ type: 'agentPaused', at: event.at, utteranceId, playedSamples, heard: utterance.heard });
		} else if (event.type === 'played') {
			const { at, complete } = event;
			const { playedSamples } = utterance;
			this.step({ type: 'agentUtterancePlayed', at, utteranceId, playedSamples, complete });
		}
	}

	interruptAll(): void {
		for (const { utterance } of [...this.live.values()]) utterance.interrupt();
	}

	/** The link is gone: what was not heard waits for the next one. */
	unlinked(): void {
		for (const { utterance } of [...this.live.values()]) utterance.unlinked();
	}

	/** Sound can flow over the new link: it goes on where it was heard last. */
	relinked(): void {
		for (const { utterance } of [...this.live.values()]) utterance.relinked();
	}

	/** The call is over: each ends where it was heard last, and nothing is opened any more. */
	close(): void {
		this.closed = true;
		for (const [utteranceId, { utterance }] of [...this.live]) {
			utterance.abandon();
			this.cut(utteranceId, utterance);
		}
	}

	private cut(utteranceId: string, { playedSamples }: AgentUtterance): void {
		this.step({ type: 'agentUtterancePlayed', at: monotonicClock.now(), utteranceId, playedSamples, complete: false });
	}
}

/** A voice has four fallbacks at most. */
const MOST_OTHERS = 3;

/** A phrase of the user's own is said whole, and the voice may be what failed: flite is always there. */
function phraseVoice(settings: SpeakSettings): SpeakSettings {
	return { ...settings, longestSpeech: LONGEST_SPEECH_S, fallbacks: [...settings.fallbacks.slice(0, MOST_OTHERS), { engine: 'flite', voice: '' }] };
}
