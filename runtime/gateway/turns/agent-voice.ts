import type { AgentSettings, SpeakSettings } from '../../contract/agent-settings';
import type { ConversationInput } from '../../dialogue/conversation-events';
import { monotonicClock } from '../../lib/clock';
import type { MediaEvent } from '../../rpc/media-protocol';
import type { InferenceServer } from '../calls/call-deps';
import type { MediaLink } from '../calls/media-link';
import { AgentUtterance, type AgentUtteranceListener } from './agent-utterance';

type UtteranceEvent = Extract<MediaEvent, { utteranceId: string }>;

/** The link that sound goes to now, if there is one. */
export type CurrentLink = () => Pick<MediaLink, 'send'> | undefined;

/** Everything the agent says in one call: opens utterances and tells the dialogue what becomes audible. */
export class AgentVoice {
	private readonly live = new Map<string, { utterance: AgentUtterance; n: number | undefined }>();
	private nextId = 1;

	constructor(
		private readonly inference: InferenceServer,
		private readonly link: CurrentLink,
		private readonly agent: Pick<AgentSettings, 'turnTaking' | 'transcribe'>,
		private readonly step: (input: ConversationInput) => void,
	) {}

	/**
	 * Opens an utterance; undefined where the caller cannot be reached. `n`: the turn it answers; absent for what
	 * belongs to no turn. What was opened first is heard first.
	 */
	open(settings: SpeakSettings, n?: number, { onMark = () => undefined, onText = () => undefined }: Partial<AgentUtteranceListener> = {}): AgentUtterance | undefined {
		const link = this.link();
		if (!link) return undefined;
		const id = `u${this.nextId++}`;
		const { turnTaking, transcribe } = this.agent;
		const interruptible = settings.interruptible && turnTaking.interruptions;
		const language = settings.language || (transcribe?.language ?? '');
		const utterance = new AgentUtterance(id, { ...settings, interruptible, language }, this.inference, link, {
			onMark,
			onText: (text) => {
				this.step({ type: 'agentText', at: monotonicClock.now(), utteranceId: id, text });
				onText(text);
			},
		}, [...this.live.values()].at(-1)?.utterance);
		this.live.set(id, { utterance, n });
		void utterance.finished.then(() => this.live.delete(id));
		return utterance;
	}

	onMedia(event: UtteranceEvent): void {
		const entry = this.live.get(event.utteranceId);
		if (!entry) return;
		const { utterance, n } = entry;
		utterance.onMedia(event);
		const { utteranceId } = event;
		if (event.type === 'playing') {
			const { interruptible } = utterance.settings;
			this.step({ type: 'agentUtteranceStarted', at: event.at, utteranceId, interruptible, ...(n === undefined ? {} : { n }) });
		} else if (event.type === 'paused') {
			const { at, playedSamples } = event;
			this.step({ type: 'agentPaused', at, utteranceId, playedSamples, heard: utterance.heard });
		} else if (event.type === 'played') {
			const { at, playedSamples, complete } = event;
			this.step({ type: 'agentUtterancePlayed', at, utteranceId, playedSamples, complete });
		}
	}

	interruptAll(): void {
		for (const { utterance } of [...this.live.values()]) utterance.interrupt();
	}

	/** The link that they were sent to is gone: each ends where it was heard last. */
	abandonAll(): void {
		for (const [utteranceId, { utterance }] of [...this.live]) {
			utterance.abandon();
			const at = monotonicClock.now();
			this.step({ type: 'agentUtterancePlayed', at, utteranceId, playedSamples: utterance.playedSamples, complete: false });
		}
	}
}
