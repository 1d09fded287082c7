import { monotonicClock } from '../../lib/clock';
import type { OpenSession } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { PageEvent, PageRequest } from '../../contract/page-events';
import { Conversation } from '../../dialogue/conversation';
import type { ConversationEffect, ConversationInput } from '../../dialogue/conversation-events';
import { History } from '../../dialogue/history/history';
import { AgentVoice } from '../turns/agent-voice';
import { TurnAudio } from './turn-audio';
import { CallRecognition } from './recognition';
import type { CallListener, CallDeps } from './call-deps';
import { MediaLink, type MediaLinkEvent } from './media-link';
import { TurnApi } from '../turns/turn-api';
import { Turns, type TurnDeps } from '../turns/turns';

const DEMO_NOTE = 'The offline demo models understand appointments and calendar questions only.';

/**
 * One call: joins the pure conversation to its peer connection, recogniser, voice and workflow. It owns all of
 * them; end() closes them in turn, and so does the peer's going away.
 */
export class Call {
	readonly desk: TurnApi;
	private readonly turns: Turns;
	private readonly history = new History();
	private readonly conversation: Conversation;
	private readonly sound = new TurnAudio();
	private readonly inputs: ConversationInput[] = [];
	private stepping = false;
	private readonly openedAt = monotonicClock.now();
	private media: MediaLink | undefined;
	private voice: AgentVoice | undefined;
	private listening: CallRecognition | undefined;
	private wake: NodeJS.Timeout | undefined;
	private greeted = false;
	private heardBy: DoneBy | undefined;
	private ended = false;

	constructor(
		readonly id: string,
		private readonly request: OpenSession,
		private readonly deps: CallDeps,
		private readonly listener: CallListener,
	) {
		const { turnTaking, limits, transcribe } = request.agent;
		this.conversation = new Conversation({ turnTaking, limits, lookAhead: transcribe !== null });
		const own: TurnDeps = {
			sessionId: id,
			request,
			deps,
			listener,
			history: this.history,
			voice: () => this.voice,
			tell: (event) => this.tell(event),
			step: (input) => this.step(input),
		};
		this.turns = new Turns(own);
		this.desk = new TurnApi(own, this.turns);
	}

	/** Rejects with VOICE_ERR_BAD_OFFER or VOICE_ERR_MEDIA_LOST; the session has then ended. */
	async open(offer: string): Promise<string> {
		const { agent } = this.request;
		this.warm();
		try {
			const params = { sessionId: this.id, offer, flushSilenceMs: agent.turnTaking.flushSilenceMs };
			const { session, answer } = await MediaLink.open(this.deps.media, params, {
				onEvent: (event) => this.onMedia(event),
				onRequest: (request) => this.onRequest(request),
				onEnd: (reason, error) => this.finish(reason, error),
			});
			this.media = session;
			this.voice = new AgentVoice(this.deps.inference, session, agent, (input) => this.step(input));
			if (agent.transcribe) this.listen();
			return answer;
		} catch (thrown) {
			this.finish('the offer could not be answered', VoiceError.from(thrown));
			throw thrown;
		}
	}

	async reoffer(offer: string): Promise<string> {
		if (!this.media) throw new VoiceError('VOICE_ERR_SESSION_UNKNOWN', 'The call is still being set up.');
		return await this.media.reoffer(offer);
	}

	/** The page is told; media closes; finish() follows when it has. */
	end(reason: string): void {
		if (this.ended) return;
		this.tell({ type: 'session.ended', reason });
		if (this.media) this.media.close();
		else this.finish(reason);
	}

	/** n8n closed the trigger's stream: it is shutting down, or the workflow was unpublished. */
	workflowGone(workflowId: string): void {
		if (workflowId === this.request.source.workflowId) this.turns.workflowGone();
	}

	private warm(): void {
		const { transcribe, chat, speak } = this.request.agent;
		this.deps.inference
			.ready()
			.then((client) => client.call('warm', { transcribe, chat, speak }).result)
			.catch((error: unknown) => this.deps.log.warn({ code: VoiceError.from(error).code }, 'models could not be loaded ahead'));
	}

	private listen(): void {
		const { transcribe } = this.request.agent;
		if (!transcribe) return;
		const at = (): number => monotonicClock.now();
		this.listening = new CallRecognition(this.deps.inference, transcribe, {
			onReady: () => this.step({ type: 'recognition', at: at(), available: true }),
			onPartial: (text) => {
				this.step({ type: 'partial', at: at(), text });
				this.tell({ type: 'caption.partial', text });
			},
			onFinal: ({ id, text, understood, confidence, engine, replaced }) => {
				this.heardBy = { engine, replaced };
				this.step({ type: 'final', at: at(), id, text, understood, confidence });
			},
			onFailed: (error) => {
				this.step({ type: 'recognition', at: at(), available: false });
				this.tell({ type: 'error', error: error.toShape() });
			},
		});
	}

	private onMedia(event: MediaLinkEvent): void {
		switch (event.type) {
			case 'connection':
				if (event.state === 'connected') this.step({ type: 'connected', at: monotonicClock.now() });
				break;
			case 'channelOpen':
				this.greet();
				break;
			case 'speechStarted':
				this.step({ type: 'callerSpeechStarted', at: event.at, speechAt: event.speechAt });
				break;
			case 'speechStopped':
				this.step({ type: 'callerSpeechStopped', at: event.at, speechEndAt: event.speechEndAt });
				break;
			case 'audio':
				this.sound.push(event.pcm);
				this.listening?.push(event.pcm);
				break;
			default:
				this.voice?.onMedia(event);
		}
	}

	private onRequest(request: PageRequest): void {
		if (request.type === 'hangup') this.step({ type: 'hangup', at: monotonicClock.now(), reason: 'the caller hung up' });
		else this.step({ type: 'interruptAsked', at: monotonicClock.now() });
	}

	private greet(): void {
		if (this.greeted) return;
		this.greeted = true;
		const { agent } = this.request;
		const demo = agent.transcribe?.model.startsWith('pack:') ?? false;
		this.tell({ type: 'session.started', sessionId: this.id, agent: agent.name, greets: agent.greeting !== '', note: demo ? DEMO_NOTE : '' });
		this.turns.sessionStarted();
		if (agent.greeting !== '') this.sayGreeting(agent.greeting);
	}

	private sayGreeting(text: string): void {
		const utterance = this.voice?.open(this.request.agent.speak);
		if (!utterance) return;
		this.tell({ type: 'reply.partial', text });
		utterance.write(text);
		utterance.end();
		this.turns.settled = utterance.finished.then(({ heard, complete }) => {
			const said = complete ? text : heard;
			this.history.addGreeting(said);
			this.tell({ type: 'reply.heard', text: said, interrupted: !complete });
		});
	}

	/** Everything that happens goes through the conversation; what it decides is done at once. */
	private step(input: ConversationInput): void {
		this.inputs.push(input);
		// An effect may cause the next input: it waits until the effects before it are done.
		if (this.stepping) return;
		this.stepping = true;
		for (let next = this.inputs.shift(); next && !this.ended; next = this.inputs.shift()) {
			for (const effect of this.conversation.step(next)) this.carryOut(effect);
		}
		this.stepping = false;
		clearTimeout(this.wake);
		const wakeAt = this.conversation.nextWakeAt();
		if (wakeAt === undefined || this.ended) return;
		const wait = Math.max(0, wakeAt - monotonicClock.now());
		this.wake = setTimeout(() => this.step({ type: 'tick', at: monotonicClock.now() }), wait);
	}

	private carryOut(effect: ConversationEffect): void {
		switch (effect.type) {
			case 'requestFinal':
				this.listening?.flush(effect.id);
				break;
			case 'startTurn':
				this.turns.start(effect, this.sound.take(), this.heardBy);
				break;
			case 'resetRecogniser':
				this.listening?.reset();
				this.sound.clear();
				break;
			case 'restMedia':
				this.media?.send({ type: 'rest' });
				break;
			case 'resumeAgent':
				this.media?.send({ type: 'resume' });
				break;
			case 'interruptAgent':
				this.turns.interrupt(effect.n, effect.reason);
				break;
			case 'setState':
				this.tell({ type: 'state', state: effect.state, ...(effect.tool === undefined ? {} : { tool: effect.tool }) });
				break;
			case 'endSession':
				this.end(effect.reason);
				break;
			case 'ignored':
				this.deps.log.debug({ sessionId: this.id, reason: effect.reason }, 'speech ignored');
		}
	}

	private tell(event: PageEvent): void {
		this.media?.tell(event);
	}

	private finish(reason: string, error?: VoiceError): void {
		if (this.ended) return;
		this.ended = true;
		clearTimeout(this.wake);
		this.listening?.close();
		this.voice?.abandonAll();
		this.turns.sessionEnded(reason, monotonicClock.now() - this.openedAt);
		this.deps.log.info({ sessionId: this.id, reason, code: error?.code }, 'session ended');
		this.listener.ended(error);
	}
}
