import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { Conversation } from '../../dialogue/conversation';
import type { ConversationEffect, ConversationInput } from '../../dialogue/conversation-events';
import { monotonicClock } from '../../lib/clock';
import { AgentVoice } from '../turns/agent-voice';
import type { CallOfTurns } from '../turns/call-of-turns';
import { Turns } from '../turns/turns';
import { sayGreeting, sessionStarted } from '../turns/greeting';
import { TurnApi } from '../turns/turn-api';
import type { StoredCall } from '../journal/journal';
import type { CallDeps, CallListener } from './call-deps';
import { CallerAbsence } from './caller-absence';
import { CallerOffers } from './caller-offers';
import { inputOf } from './caller-inputs';
import { CallRecord } from './call-record';
import { type CallRequest, speculationStart, toolNeedsAhead } from './call-request';
import { ConversationLoop } from './conversation-loop';
import { type LinkEnd, MediaLink, type MediaLinkEvent } from './media-link';
import { LinkQuality } from './link-quality';
import { modelsOfCall, inferenceOfCall } from './inference-of-call';
import { ModelNotice } from './model-notice';
import { PageLine } from './page-line';
import { recogniseCaller } from './recognise-caller';
import { leftToWait, restoreDialogue, wasConnected, wasGreeting } from './restored-dialogue';
import { TurnAudio } from './turn-audio';
import { TurnEndWatch } from './turn-end-watch';
import { PromptAhead } from './prompt-ahead';
import { warmModels } from './warm-models';

/** A media process that hangs must not keep a call that is over. */
const CLOSE_LIMIT_MS = 5000;

/** Why an absent caller's call ended. */
const STAYED_AWAY = 'the caller did not come back';

/**
 * One call: a conversation with one caller. It joins the pure dialogue to its media link, recogniser, voice and
 * workflow.
 *
 * Who owns and closes whom: the call owns its MediaLink, ConversationLoop, CallRecognition, AgentVoice and Turns; the
 * link gives its place back to the media server when it ends. The link can be replaced: connect() puts in another one
 * and closes the one before. Where a link ends without a successor, the caller is absent: the call waits for them, for
 * absentLimitMs, and goes on where it was when they come back with an offer and the call's resume token.
 * end() tells the page, closes the link and waits for its end; finish() then closes all the rest, once.
 */
export class Call {
	readonly api: TurnApi;
	readonly record: CallRecord;
	/** Has the models loaded: at the start, and by a new inference process, which has none. */
	readonly warm: () => void;
	/** What the page is told and asks, by whichever way. */
	readonly line = new PageLine({ link: () => this.link, kept: () => this.record, step: (input) => this.dialogue.step(input), greet: () => this.greet(), end: (reason) => this.end(reason) });
	private readonly deps: CallDeps;
	private readonly turns: Turns;
	private readonly dialogue: ConversationLoop;
	private readonly voice: AgentVoice;
	private readonly audio = new TurnAudio();
	private readonly linkQuality = new LinkQuality();
	private readonly offers = new CallerOffers();
	/** What the caller's events come from and go to. */
	private link: MediaLink | undefined;
	/** The same, once sound can flow. */
	private soundLink: MediaLink | undefined;
	/** From its first answer on, it outlives its links. */
	private answered = false;
	private readonly absence = new CallerAbsence(() => this.end(STAYED_AWAY));
	private recognition: ReturnType<typeof recogniseCaller> | undefined;
	private heardBy: DoneBy | undefined;
	private greeted = false;
	/** Something has come from the caller, over whichever link. */
	private reached = false;
	private readonly promptAhead: PromptAhead;
	private readonly modelNotice = new ModelNotice((event) => this.line.tell(event));
	/** Why it ends, from end() on. */
	private ending: string | undefined;
	private closeLimit: NodeJS.Timeout | undefined;
	private finished = false;

	constructor(
		readonly id: string,
		private readonly request: CallRequest,
		deps: CallDeps,
		private readonly listener: CallListener,
		/** As the process before has left it. */
		stored?: StoredCall,
	) {
		const { agent } = request;
		const models = modelsOfCall(id, agent);
		this.record = new CallRecord(id, request, deps.journal, stored);
		this.deps = { ...deps, inference: inferenceOfCall(deps.inference, models) };
		const step = (input: ConversationInput): void => this.dialogue.step(input);
		const turnEnd = new TurnEndWatch(this.deps.inference, agent.turnTaking, this.audio, step);
		this.dialogue = new ConversationLoop(new Conversation({ ...agent, lookAhead: agent.transcribe !== null, language: agent.transcribe?.language ?? '', tools: toolNeedsAhead(request), speculation: speculationStart(agent.speculation) }), {
			onInput: (input) => this.record.input(input),
			carryOut: (effect) => this.carryOut(turnEnd.follow(effect)),
			onFault: (thrown) => this.fault(thrown),
		});
		this.voice = new AgentVoice(this.deps.inference, () => this.soundLink, agent, step, deps.phrases);
		const { ofTurns } = this.record;
		this.promptAhead = new PromptAhead(id, request, this.record.history, step);
		this.warm = () => warmModels(this.deps, agent, this.promptAhead.prompt, models, this.modelNotice);
		const own: CallOfTurns = { sessionId: id, request, deps: this.deps, listener, history: this.record.history, voice: this.voice, tell: (event) => this.line.tell(event), step, offered: (start) => this.promptAhead.offered(start), keep: ofTurns.turn, keepReply: ofTurns.reply, keepSound: ofTurns.sound, together: ofTurns.together };
		this.turns = new Turns(own);
		this.api = new TurnApi(own, this.turns);
	}

	/** Takes the caller's first offer. Rejects as connect() does; the call has then ended. */
	async open(offer: string): Promise<string> {
		this.warm();
		return await this.connect(offer, this.request.trickle);
	}

	/** As it was when the process before ended, and its caller absent since then. */
	restore(stored: StoredCall): void {
		const { dialogue, voice, api, turns } = this;
		this.answered = this.reached = true;
		this.greeted = wasConnected(stored);
		this.absence.begin(leftToWait(stored, this.deps.absentLimitMs));
		if (restoreDialogue(stored, { dialogue, voice, api, turns }).ended) this.end(STAYED_AWAY);
		else if (wasGreeting(stored)) void this.sayGreeting();
	}

	/** Its caller has no link. */
	get absent(): boolean {
		return this.absence.lasts;
	}

	/**
	 * Makes a media link and resolves to the SDP answer. From the answer on, it is the call's link, and the one before is
	 * closed. Rejects with VOICE_ERR_BAD_OFFER, VOICE_ERR_MEDIA_LOST or, where the call has ended meanwhile,
	 * VOICE_ERR_CALL_UNKNOWN. A first link that fails ends the call; a later one leaves everything as it is.
	 */
	async connect(offer: string, trickle = false): Promise<string> {
		return await this.offers.take(offer, async (use) => {
			let link: MediaLink | undefined;
			try {
				link = await this.makeLink(offer, trickle);
				const answer = await link.answer;
				this.assertGoingOn();
				use();
				if (this.answered) this.resumeOver(link);
				else this.recognise();
				this.answered = true;
				return answer;
			} catch (thrown) {
				link?.close();
				// A call that is ending already has its reason.
				if (this.ending === undefined && !this.answered) this.finish('the offer could not be answered', VoiceError.from(thrown));
				throw thrown;
			}
		});
	}

	/** May be called at any time, more than once; the first reason counts. */
	end(reason: string): void {
		if (!this.goesOn) return;
		this.ending = reason;
		this.line.tell({ type: 'session.ended', reason });
		if (!this.link) return this.finish(reason);
		this.link.close();
		this.closeLimit = setTimeout(() => this.finish(reason), CLOSE_LIMIT_MS);
	}

	/** Goes on in another process, from what is in the journal: nothing more is written to it. */
	suspend(): void {
		if (this.finished) return;
		this.turns.suspend();
		this.line.lost();
		this.stop();
	}

	/** n8n closed the trigger's stream: it is shutting down, or the workflow was unpublished. */
	workflowGone(workflowId: string): void {
		if (workflowId === this.request.source.workflowId) this.turns.workflowGone();
	}

	private async makeLink(offer: string, trickle: boolean): Promise<MediaLink> {
		const place = await this.deps.media.place();
		if (!this.goesOn) place.release();
		this.assertGoingOn();
		const { flushSilenceMs } = this.request.agent.turnTaking;
		const fromCurrent = <T>(act: (told: T) => void) => (told: T): void => (link === this.link ? act(told) : undefined);
		const link = new MediaLink(place, { sessionId: this.id, offer, trickle, flushSilenceMs, network: this.deps.network.forLink(this.request.pageHost), sending: this.record.sending }, {
			onEvent: fromCurrent((event) => this.onMedia(event)),
			onRequest: fromCurrent((request) => this.line.ask(request)),
			onEnd: (end) => this.linkEnded(link, end),
		});
		// The first link carries the call from its start, a later one from its answer on.
		if (!this.answered) this.link = link;
		return link;
	}

	private get goesOn(): boolean {
		return !this.finished && this.ending === undefined;
	}

	private assertGoingOn(): void {
		if (!this.goesOn) throw new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.');
	}

	/** The caller is back, perhaps before their old link was missed. The page may have lost all that it showed. */
	private resumeOver(link: MediaLink): void {
		this.link?.replaced();
		this.link = link;
		this.leave();
		this.absence.end();
		if (!this.recognition) this.recognise();
		this.line.retell(sessionStarted(this.id, this.request.agent, this.modelNotice.note, true));
		this.modelNotice.started();
	}

	private linkEnded(link: MediaLink, { reason, error, nothingCame }: LinkEnd): void {
		if (nothingCame !== true) this.reached = true;
		if (link !== this.link) return;
		this.link = undefined;
		this.offers.lost();
		// Who has said nothing at all has nothing to come back to.
		if (this.ending !== undefined || !this.greeted || !this.reached || this.deps.absentLimitMs === 0) {
			this.finish(this.ending ?? reason, error);
			return;
		}
		this.deps.log.info({ sessionId: this.id, reason, code: error?.code }, 'the caller is away');
		this.line.lost();
		this.leave();
		this.absence.begin(this.deps.absentLimitMs);
	}

	/** Nobody hears or says anything until sound can flow again. */
	private leave(): void {
		this.soundLink = undefined;
		this.linkQuality.linkLost(monotonicClock.now());
		this.dialogue.step({ type: 'callerAbsent', at: monotonicClock.now() });
		this.voice.unlinked();
	}

	private connected(): void {
		this.listener.connected();
		this.linkQuality.linkFound(monotonicClock.now());
		this.dialogue.step({ type: 'connected', at: monotonicClock.now() });
		if (this.soundLink === this.link) return;
		this.soundLink = this.link;
		this.voice.relinked();
	}

	private recognise(): void {
		this.recognition = recogniseCaller(this.deps.inference, this.request.agent.transcribe, {
			step: (input) => this.dialogue.step(input),
			tell: (event) => this.line.tell(event),
			heardBy: (doneBy) => (this.heardBy = doneBy),
		});
	}

	private onMedia(event: MediaLinkEvent): void {
		switch (event.type) {
			case 'connection':
				this.line.connection(event.state);
				if (event.state === 'connected') this.connected();
				break;
			case 'channelOpen':
				return this.line.channelOpen();
			case 'candidate':
				return this.line.tellCandidate(event.candidate);
			case 'sending':
				return this.record.learntToSend(event.memory);
			case 'link':
				this.linkQuality.push(event);
				this.turns.doubts.cameOver(event);
				break;
			case 'audio':
				this.audio.push(event.pcm);
				this.recognition?.push(event.pcm);
				break;
			default:
				if ('utteranceId' in event) this.voice.onMedia(event);
				else {
					if (event.type === 'speechStarted') this.linkQuality.speechBegins(event.speechAt);
					this.dialogue.step(inputOf(event));
				}
		}
	}

	private greet(): void {
		if (this.greeted) return;
		this.greeted = true;
		const { agent } = this.request;
		this.line.tell(sessionStarted(this.id, agent, this.modelNotice.note));
		this.modelNotice.started();
		this.turns.callStarted();
		// The greeting goes first; from then on the voice is warm.
		void this.sayGreeting().then(async () => await this.voice.keep(agent.speak, agent.apology));
	}

	private async sayGreeting(): Promise<void> {
		await sayGreeting(this.request.agent, { voice: this.voice, history: this.record.history, turns: this.turns, tell: (event) => this.line.tell(event) });
	}

	private carryOut(effect: ConversationEffect): void {
		switch (effect.type) {
			case 'requestFinal':
			case 'requestSoFar':
				this.recognition?.ask(effect);
				break;
			case 'startTurn':
				this.turns.start(effect, this.audio.take(), this.heardBy, this.linkQuality.take(effect.missedMs ?? 0));
				break;
			case 'beginEarly':
				this.turns.beginEarly(effect, this.audio.soFar, this.heardBy, this.linkQuality.take(effect.missedMs ?? 0));
				break;
			case 'withdrawEarly':
				this.turns.withdrawEarly(effect);
				break;
			case 'resetRecogniser':
				this.recognition?.reset();
				this.linkQuality.speechEnds();
				this.audio.clear();
				break;
			case 'restMedia':
			case 'resumeAgent':
				this.link?.send({ type: effect.type === 'restMedia' ? 'rest' : 'resume' });
				break;
			case 'interruptAgent':
				this.turns.interrupt(effect.n, effect.reason);
				break;
			case 'setState':
				this.line.tell({ type: 'state', state: effect.state, ...(effect.tool === undefined ? {} : { tool: effect.tool }) });
				break;
			case 'endSession':
				this.end(effect.reason);
				break;
			case 'ignored':
				this.deps.log.debug({ sessionId: this.id, reason: effect.reason }, 'speech ignored');
		}
	}

	/** A fault of ours ends this call and no other. */
	private fault(thrown: unknown): void {
		const error = VoiceError.from(thrown);
		this.deps.log.error({ err: error, sessionId: this.id }, 'the dialogue failed');
		this.line.tell({ type: 'error', error: error.toShape() });
		this.end('an internal error');
	}

	private finish(reason: string, error?: VoiceError): void {
		if (this.finished) return;
		this.stop();
		// The data channel may be gone with the link: the page's other way tells how it ended.
		this.line.over(this.ending === undefined ? { type: 'session.ended', reason, ...(error && { error: error.toShape() }) } : undefined);
		this.record.ended();
		this.turns.callEnded(reason, monotonicClock.now() - this.record.openedAt);
		this.deps.log.info({ sessionId: this.id, reason, code: error?.code }, 'call ended');
		this.listener.ended(error);
	}

	private stop(): void {
		this.finished = true;
		clearTimeout(this.closeLimit);
		this.absence.end();
		this.dialogue.stop();
		this.recognition?.close();
		this.soundLink = undefined;
		this.voice.close();
		this.link?.close();
	}
}
