import { agentSettings, speakSettings } from '../../contract/agent-settings';
import { chatSettings, type ToolCall } from '../../contract/chat';
import { type ChatDone, openSession, replyAsk, type ReplyAsk, type ReplyStep, type Speech, speechAsk, type SpeechAsk, turnFailure, type TurnFailure } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { CallPermit } from '../../contract/join-token';
import { type PageEvent, pageEvent } from '../../contract/page-events';
import type { TriggerEvent } from '../../contract/turn';
import { monotonicClock } from '../../lib/clock';
import { FakeProcess, type FakeCall } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { MediaInput, MediaProtocol } from '../../rpc/media-protocol';
import { type Journal, type StoredCall, noJournal } from '../journal/journal';
import type { Turn } from '../turns/turn';
import { Call } from './call';
import type { CallDeps } from './call-deps';
import { callRequest } from './call-request';
import type { MediaServer } from './media-server';

const RATE = 16_000;
/** Of one piece of speech: half a second. */
export const PIECE_SAMPLES = 8000;

/** How long its call waits for an absent caller. */
export const ABSENT_LIMIT_MS = 600_000;

export interface CallScenarioOptions {
	/** Changes the agent's settings, in the shape of contract/agent-settings. */
	readonly agent?: Record<string, unknown>;
	readonly mode?: 'production' | 'test';
	/** What the caller's token allows. */
	readonly permit?: CallPermit;
	/** The voice makes its sound by itself; without it the test does. */
	readonly voiceSpeaks?: boolean;
	readonly absentLimitMs?: number;
	readonly journal?: Journal;
	/** As the process before has left it. */
	readonly stored?: StoredCall;
}

type MediaCall = FakeCall<MediaProtocol, 'session'>;

/** A runtime without any settings for the network. */
export const onThisMachine: CallDeps['network'] = {
	forLink: () => ({ loopback: true, publicAddresses: [], ports: undefined, iceServers: [] }),
	forCaller: () => undefined,
};

/**
 * A call with a fake media process, a fake inference process and a workflow that the test plays, in virtual time
 * (jest's fake timers). Everything between them is real: dialogue, turns, history, RPC's shapes.
 */
export class CallScenario {
	readonly mediaLost = new VoiceError('VOICE_ERR_MEDIA_LOST', 'The media process is gone.');
	readonly media = new FakeProcess<MediaProtocol>(this.mediaLost);
	readonly inference = new FakeProcess<InferenceProtocol>(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The inference process is gone.'));
	/** Places that media links hold. */
	places = 0;
	/** What n8n was given. */
	readonly dispatched: TriggerEvent[] = [];
	/** Set it to play an n8n that cannot be reached. */
	dispatch: (event: TriggerEvent) => Promise<void> = async () => undefined;
	/** Set `find` to play a phrase that was recorded. */
	readonly phrases: CallDeps['phrases'] = { keep: async () => undefined, find: () => undefined };
	/** false: they are still being loaded. */
	modelsLoad = true;
	readonly log: string[] = [];
	readonly started: string[] = [];
	/** Set it to play a fault of ours. */
	onTurnStarted: () => void = () => undefined;
	readonly forgotten: string[] = [];
	readonly ended: Array<VoiceError | undefined> = [];
	readonly call: Call;
	private finals = 0;

	constructor({ agent = {}, mode = 'production', voiceSpeaks = true, absentLimitMs = ABSENT_LIMIT_MS, journal = noJournal, stored, permit }: CallScenarioOptions = {}) {
		const server: MediaServer = {
			place: async () => {
				this.places++;
				let held = true;
				const release = (): void => {
					if (held) this.places--;
					held = false;
				};
				try {
					return { client: await this.media.ready(), release };
				} catch (error) {
					release();
					throw error;
				}
			},
		};
		const say = (level: string) => (details: unknown, message?: string): void => {
			const code = (details as { code?: string }).code;
			this.log.push([level, message, code].filter(Boolean).join(' '));
		};
		const log = { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
		this.media.onCall = (call) => {
			if (call.op === 'session') this.playMedia(call);
		};
		this.inference.onCall = (call) => {
			if (call.op === 'speak' && voiceSpeaks) this.playVoice(call);
			if ((call.op === 'warm' && this.modelsLoad) || call.op === 'forget') (call as unknown as FakeCall<InferenceProtocol, 'forget'>).resolve({});
		};
		const opened = openSession.parse({
			offer: 'offer',
			agent: agentSettings.parse({ transcribe: {}, apology: 'Sorry.', ...agent }),
			source: { workflowId: 'w', node: 'Trigger', mode, turnUrl: 'http://localhost/turn' },
			...(permit && { join: { token: 'a token', keys: { kind: 'jwks', url: 'https://id.example/jwks' }, agent: 'voice' } }),
		});
		const request = callRequest(opened, permit);
		const dispatcher = {
			dispatch: async (_source: unknown, event: TriggerEvent): Promise<void> => {
				this.dispatched.push(event);
				await this.dispatch(event);
			},
		};
		this.call = new Call('s_0000000000000000', request, { media: server, inference: this.inference, dispatcher, phrases: this.phrases, network: onThisMachine, log, absentLimitMs, journal }, {
			turnStarted: (id) => {
				this.started.push(id);
				this.onTurnStarted();
			},
			turnForgotten: (id) => this.forgotten.push(id),
			connected: () => undefined,
			ended: (error) => this.ended.push(error),
		}, stored);
		if (stored) this.call.restore(stored);
	}

	/** The media links so far, in order. */
	link(index = -1): MediaCall {
		const link = this.media.of('session').at(index);
		if (!link) throw new Error('there is no link');
		return link;
	}

	/** Offer, answer, connection, data channel, recogniser: the call can begin. */
	async connected(): Promise<this> {
		const answer = this.call.open('offer');
		await settle();
		this.link().emit({ type: 'answer', id: '', answer: 'answer' });
		await answer;
		this.join();
		await settle();
		for (const listen of this.inference.of('listen')) listen.emit({ type: 'ready', partials: true });
		await settle();
		return this;
	}

	/** The caller comes back with a new offer: resolves to the answer. Sound flows from join() on. */
	async comesBack(): Promise<string> {
		const answer = this.call.connect('another offer');
		await settle();
		this.link().emit({ type: 'answer', id: '', answer: 'another answer' });
		return await answer;
	}

	/** The newest link's peer is connected and its data channel open. */
	join(): void {
		this.link().emit({ type: 'connection', state: 'connected' }, { type: 'channelOpen' });
	}

	/** The caller says it, and is silent for long enough: the turn is declared. */
	async says(text: string, { understood = true } = {}): Promise<Turn> {
		const before = this.started.length;
		await this.speaks(text, understood);
		await this.silence(1500);
		const id = this.started.at(-1);
		if (this.started.length === before || id === undefined) throw new Error(`no turn of "${text}"`);
		return this.turn(id);
	}

	/** Speech of 400 ms with its text and its end as media sees it, 200 ms later. */
	async speaks(text: string, understood = true): Promise<void> {
		const link = this.link();
		const listen = this.inference.of('listen').at(-1);
		const began = now();
		link.emit({ type: 'speechStarted', at: began + 64, speechAt: began }, { type: 'audio', at: began + 64, pcm: new Int16Array(RATE / 10) });
		if (listen) {
			listen.onInput = (input) => {
				if (input.type !== 'flush') return;
				this.finals++;
				listen.emit({ type: 'final', id: input.id, text: understood ? text : '', understood, confidence: understood ? 0.9 : 0.1, engine: 'pack:listen', replaced: [] });
			};
			listen.emit({ type: 'partial', text });
		}
		await jest.advanceTimersByTimeAsync(600);
		link.emit({ type: 'speechStopped', at: now(), speechEndAt: began + 400 });
		await settle();
	}

	async silence(ms: number): Promise<void> {
		await jest.advanceTimersByTimeAsync(ms);
	}

	turn(id: string): Turn {
		const turn = this.call.api.find(id);
		if (!turn) throw new Error(`no turn ${id}`);
		return turn;
	}

	/** Llama Chat asks for a reply; with look-ahead it is spoken while it is written. */
	asksReply(turn: Turn, ask: Partial<ReplyAsk> = {}, execution = 'e1', gone = new AbortController()): Promise<ReplyStep> {
		const whole = replyAsk.parse({ executionId: execution, node: 'Llama Chat', prompt: turn.text, speak: speakSettings.parse({}), ...ask });
		return watched(this.call.api.asked(turn, execution, gone.signal, async () => await this.call.api.reply(turn, whole)));
	}

	/** Orpheus Speak asks for the end of the speech. */
	asksSpeech(turn: Turn, text: string, ask: Partial<SpeechAsk> = {}, execution = 'e1', gone = new AbortController()): Promise<Speech> {
		const whole = speechAsk.parse({ executionId: execution, node: 'Orpheus Speak', text, speak: speakSettings.parse({}), ...ask });
		return watched(this.call.api.asked(turn, execution, gone.signal, async () => await this.call.api.speech(turn, whole)));
	}

	/** A node says that it has failed; `tries`: how often n8n tries it. */
	nodeFails(turn: Turn, failure: Partial<TurnFailure> = {}): void {
		this.call.api.nodeFailed(turn, turnFailure.parse({ executionId: 'e1', node: 'A node', run: 0, item: 0, code: 'VOICE_ERR_MODEL_FAILED', message: 'It broke.', ...failure }));
	}

	/** Its node says that tools run, until `gone`. */
	toolsRun(turn: Turn, gone: AbortSignal, execution = 'e1'): Promise<void> {
		return watched(this.call.api.toolsRunning(turn, execution, gone));
	}

	givesResults(turn: Turn, ids: readonly string[], execution = 'e1', request?: string): Promise<ReplyStep> {
		const results = ids.map((id) => ({ id, ok: true, result: 'done', durationMs: 5 }));
		return watched(this.call.api.asked(turn, execution, new AbortController().signal, async () => await this.call.api.toolResults(turn, results, request)));
	}

	/** Their time limit is over, and they still run. */
	stillRun(turn: Turn, ids: readonly string[], execution = 'e1'): Promise<ReplyStep> {
		const results = ids.map((id) => ({ id, ok: false, result: 'still running', durationMs: 5, pending: true as const }));
		return watched(this.call.api.asked(turn, execution, new AbortController().signal, async () => await this.call.api.toolResults(turn, results)));
	}

	givesLateResult(turn: Turn, id: string): void {
		this.call.api.lateToolResults(turn, [{ id, ok: true, result: 'done at last', durationMs: 9000 }]);
	}

	/** The model's newest call. */
	model(): FakeCall<InferenceProtocol, 'chat'> {
		return this.inference.last('chat');
	}

	/** The model writes `text` and is done, or asks for tools. */
	async writes(text: string, toolCalls: ToolCall[] = [], model = this.model()): Promise<void> {
		if (text !== '') model.emit({ type: 'text', text });
		model.resolve(chatDoneOf(text, toolCalls));
		await settle();
	}

	/** The model's words so far, without its end. `next`: the letter that follows. */
	async begins(text: string, next?: string): Promise<void> {
		this.model().emit({ type: 'text', text, ...(next !== undefined && { next }) });
		await settle();
	}

	/** What the page was told, in order; `type` chooses. */
	page<T extends PageEvent['type']>(type: T): Array<Extract<PageEvent, { type: T }>> {
		return this.told().filter((event): event is Extract<PageEvent, { type: T }> => event.type === type);
	}

	told(): PageEvent[] {
		return this.media.of('session').flatMap((link) => link.of('event').map(({ json }) => pageEvent.parse(JSON.parse(json))));
	}

	/** The utterances that were sent to the newest link. */
	utterances(link = this.link()): string[] {
		return link.of('utterance').map(({ utteranceId }) => utteranceId);
	}

	/** Media plays the utterance that is due to its end. */
	async plays(link = this.link()): Promise<void> {
		await settle();
		const utteranceId = this.due(link);
		const playedSamples = this.sent(link, utteranceId);
		this.beginsToPlay(link);
		link.emit({ type: 'played', utteranceId, playedSamples, complete: true, at: now() });
		this.over.add(utteranceId);
		await settle();
	}

	/** Media plays `samples` of the utterance that is due. */
	async playsPart(samples: number, link = this.link()): Promise<void> {
		await settle();
		const utteranceId = this.due(link);
		this.beginsToPlay(link);
		link.emit({ type: 'progress', utteranceId, playedSamples: samples } as never);
		this.heard.set(utteranceId, samples);
		await settle();
	}

	readonly over = new Set<string>();
	private readonly heard = new Map<string, number>();
	private readonly begun = new Set<string>();

	private due(link: MediaCall): string {
		const id = this.utterances(link).find((utterance) => !this.over.has(utterance));
		if (id === undefined) throw new Error('nothing is to be played');
		return id;
	}

	private sent(link: MediaCall, utteranceId: string): number {
		return link.of('play').filter((input) => input.utteranceId === utteranceId).reduce((sum, { pcm }) => sum + pcm.length, 0);
	}

	private beginsToPlay(link: MediaCall): void {
		const utteranceId = this.due(link);
		if (this.begun.has(utteranceId)) return;
		this.begun.add(utteranceId);
		link.emit({ type: 'playing', utteranceId, at: now() }, { type: 'audible', utteranceId, at: now() });
	}

	/** Flushes and closes as media does. */
	private playMedia(link: MediaCall): void {
		link.onInput = (input: MediaInput) => {
			if (input.type === 'close') link.resolve({ reason: 'closed' });
			if (input.type !== 'flush') return;
			for (const utteranceId of this.utterances(link).filter((id) => !this.over.has(id))) {
				this.over.add(utteranceId);
				link.emit({ type: 'played', utteranceId, playedSamples: this.heard.get(utteranceId) ?? 0, complete: false, at: now() });
			}
		};
	}

	/** Half a second for each piece. */
	private playVoice(speak: FakeCall<InferenceProtocol, 'speak'>): void {
		let samples = 0;
		speak.onCancel = () => speak.reject(new VoiceError('VOICE_ERR_CANCELLED', 'The request was cancelled.'));
		speak.onInput = (input) => {
			if (input.type === 'piece') {
				samples += PIECE_SAMPLES;
				speak.emit(
					{ type: 'doneBy', engine: 'flite', replaced: [] },
					{ type: 'audio', piece: input.piece, pcm: new Int16Array(PIECE_SAMPLES), sampleRate: RATE },
					{ type: 'pieceEnd', piece: input.piece, samples: PIECE_SAMPLES },
				);
			} else if (input.type === 'end') speak.resolve({ samples, sampleRate: samples === 0 ? 0 : RATE });
		};
	}
}

export function now(): number {
	return monotonicClock.now();
}

/** All that is due now happens. */
export async function settle(): Promise<void> {
	await jest.advanceTimersByTimeAsync(0);
}

export function toolCallOf(id: string, name = 'book'): ToolCall {
	return { id, name, arguments: {} };
}

export function chatDoneOf(text: string, toolCalls: ToolCall[] = []): ChatDone {
	return {
		text,
		toolCalls,
		usage: { promptTokens: 10, reusedTokens: 0, completionTokens: 5 },
		engine: chatSettings.parse({}).model,
		replaced: [],
		ttftMs: 1,
	} as never;
}

/** A failure that the test looks at later is no unhandled one now. */
function watched<T>(work: Promise<T>): Promise<T> {
	work.catch(() => undefined);
	return work;
}

/** The code of the VoiceError that `act` throws. */
export function thrownCode(act: () => unknown): string {
	try {
		act();
	} catch (thrown) {
		return VoiceError.from(thrown).code;
	}
	return 'nothing was thrown';
}
