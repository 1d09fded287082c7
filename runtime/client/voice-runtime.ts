import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { TranscribeSettings } from '../contract/agent-settings';
import {
	type AnsweredBy,
	type ChatDone,
	DONE_BY_HEADER,
	type Engines,
	type EnginesQuery,
	type Health,
	type OpenSessionAsk,
	type OpenedSession,
	type ReplyAsk,
	type ReplyStep,
	type Speech,
	type SpeechAsk,
	type SpeechFileAsk,
	type ToolResultsAsk,
	type ToolsRunning,
	type Transcript,
	type TranscriptAsk,
	type TurnClaim,
	type TranscriptionDone,
	type TurnFailure,
	type chatAsk,
	chatDone,
	engines,
	health,
	openedSession,
	replyStep,
	speech,
	transcript,
	transcriptionDone,
	turnPath,
} from '../contract/control';
import { type DoneBy, doneBy } from '../contract/engines';
import { VoiceError } from '../contract/errors';
import type { JoinAsk } from '../contract/join-token';
import { type IceConfiguration, iceConfiguration } from '../contract/ice-configuration';
import { type RuntimeStats, runtimeStats } from '../contract/stats';
import { sessionId as sessionIdShape } from '../contract/turn';
import { parseJson } from '../lib/json';
import { type Endpoint, type HttpAnswer, PROXY_ANSWERED, type Request, checked, request, requestJson } from './http';

/** Finds the runtime's address. It is asked again after a connection was refused: the runtime may have moved. */
export interface Locator {
	locate(): Promise<Endpoint>;
	forget(): void;
}

export function fixedLocator(endpoint: Endpoint): Locator {
	return {
		locate: async () => endpoint,
		forget: () => undefined,
	};
}

export interface PageAsk {
	readonly agent: string;
	readonly callers: string;
	/** By which the page is reached. */
	readonly host?: string;
}

/** One request of a caller about their call. */
export interface CallerExchange extends Pick<Request, 'body' | 'contentType' | 'ifMatch' | 'signal'> {
	readonly method: 'GET' | 'PATCH' | 'DELETE';
	/** The last number that the caller has. */
	readonly after?: string;
}

export interface SpokenFile {
	readonly wav: Buffer;
	readonly doneBy: DoneBy;
}

/** A killed runtime is back within a few seconds, a loaded machine's in some more. */
const AWAY_LIMIT_MS = 15_000;
/** What a tool gave is there only once: it may wait for a machine that starts anew. */
const RESULT_AWAY_LIMIT_MS = 120_000;
const ASK_AGAIN_MS = 250;
/**
 * Its process is gone: nothing is known of what has become of the request. A container that starts again has no name and no
 * address meanwhile, and a proxy in front of it answers in its place.
 */
const AWAY: ReadonlyArray<string | undefined> = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', PROXY_ANSWERED];

/** The nodes' only door to the runtime: one method a call of `contract/control.ts`. All of them throw VoiceError. */
export class VoiceRuntime {
	/**
	 * @param awayLimitMs how long a runtime that was killed is waited for by a node that works on a turn
	 * @param resultAwayLimitMs the same, where a tool's result would be lost
	 */
	constructor(
		private readonly locator: Locator,
		private readonly awayLimitMs = AWAY_LIMIT_MS,
		private readonly resultAwayLimitMs = RESULT_AWAY_LIMIT_MS,
	) {}

	/** The key that signs what the runtime POSTs to a trigger. */
	async key(): Promise<string> {
		return (await this.locator.locate()).key;
	}

	async openSession(ask: OpenSessionAsk): Promise<OpenedSession> {
		return await this.json({ method: 'POST', path: '/v1/sessions', body: ask }, openedSession);
	}

	/** With credentials for one call. */
	async iceConfiguration(relayOnly: boolean): Promise<IceConfiguration> {
		return await this.json({ method: 'GET', path: `/v1/ice-servers?relayOnly=${relayOnly}` }, iceConfiguration);
	}

	/** Throws what is wrong with a caller's token. */
	async checkJoinToken(ask: JoinAsk): Promise<void> {
		await this.send({ method: 'POST', path: '/v1/join-tokens/check', body: ask });
	}

	/** What a caller says in their call, passed on as it came: see contract/signalling.ts. */
	async exchange(sessionId: string, { method, after, ...rest }: CallerExchange): Promise<HttpAnswer> {
		const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
		return await this.located((endpoint) => request(endpoint, { method, path: `/v1/calls/${idOf(sessionId)}${query}`, ...rest }));
	}

	/** What the caller said, as WAV (16 kHz mono). */
	async turnAudio(turnId: string, signal?: AbortSignal): Promise<Buffer> {
		return (await this.turnSend({ method: 'GET', path: turnPath(turnId, 'audio'), signal })).body;
	}

	/**
	 * Throws VOICE_ERR_TURN_UNKNOWN or VOICE_ERR_TURN_CLAIMED where the turn is not this execution's, and
	 * VOICE_ERR_TURN_ENDED where it was.
	 */
	async claimTurn(turnId: string, claim: TurnClaim, signal?: AbortSignal): Promise<void> {
		await this.turnSend({ method: 'POST', path: turnPath(turnId, 'claim'), body: claim, signal });
	}

	async transcript(turnId: string, ask: TranscriptAsk, signal?: AbortSignal): Promise<Transcript> {
		return await this.turnJson({ method: 'POST', path: turnPath(turnId, 'transcript'), body: ask, signal }, transcript);
	}

	async reply(turnId: string, ask: ReplyAsk, signal?: AbortSignal): Promise<ReplyStep> {
		return await this.turnJson({ method: 'POST', path: turnPath(turnId, 'reply'), body: ask, signal }, replyStep);
	}

	async toolResults(turnId: string, ask: ToolResultsAsk, signal?: AbortSignal): Promise<ReplyStep> {
		return await this.turnJson({ method: 'POST', path: turnPath(turnId, 'tool-results'), body: ask, signal }, replyStep, this.resultAwayLimitMs);
	}

	/** Answers after a while, to be asked again for as long as the tools run; a runtime that is away is waited for. */
	async toolsRunning(turnId: string, ask: ToolsRunning, signal: AbortSignal): Promise<void> {
		await this.turnSend({ method: 'POST', path: turnPath(turnId, 'tools-running'), body: ask, signal }, Infinity);
	}

	/** Of tools that were pending when their time limit was over. */
	async lateToolResults(turnId: string, ask: ToolResultsAsk): Promise<void> {
		await this.turnSend({ method: 'POST', path: turnPath(turnId, 'late-results'), body: ask }, this.resultAwayLimitMs);
	}

	/** Answers when the caller has heard the end, or has interrupted. */
	async speech(turnId: string, ask: SpeechAsk, signal?: AbortSignal): Promise<Speech> {
		return await this.turnJson({ method: 'POST', path: turnPath(turnId, 'speech'), body: ask, signal }, speech);
	}

	async turnFailed(turnId: string, failure: TurnFailure): Promise<void> {
		await this.turnSend({ method: 'POST', path: turnPath(turnId, 'failure'), body: failure });
	}

	/** A recording as WAV to text. `answeredBy`: absent where no Llama Chat answers. */
	async transcribe(wav: Buffer, settings: TranscribeSettings, signal?: AbortSignal, answeredBy?: AnsweredBy): Promise<TranscriptionDone> {
		const query = new URLSearchParams({ settings: JSON.stringify(settings), ...(answeredBy && { answeredBy: JSON.stringify(answeredBy) }) });
		const path = `/v1/transcriptions?${query.toString()}`;
		return await this.json({ method: 'POST', path, body: wav, contentType: 'audio/wav', signal }, transcriptionDone);
	}

	async chat(ask: z.input<typeof chatAsk>, signal?: AbortSignal): Promise<ChatDone> {
		return await this.json({ method: 'POST', path: '/v1/chat', body: ask, signal }, chatDone);
	}

	/** A text to speech, as WAV at the voice's own rate. */
	async speak(ask: SpeechFileAsk, signal?: AbortSignal): Promise<SpokenFile> {
		const call: Request = { method: 'POST', path: '/v1/speech', body: ask, signal };
		return await this.located(async (endpoint) => {
			const { headers, body } = await request(endpoint, call);
			return { wav: body, doneBy: checked(endpoint, call, saidIn(headers[DONE_BY_HEADER]), doneBy) };
		});
	}

	/** `voicesOf`: see enginesQuery. */
	async engines({ voicesOf }: EnginesQuery = {}, signal?: AbortSignal): Promise<Engines> {
		const query = voicesOf === undefined ? '' : `?${new URLSearchParams({ voicesOf }).toString()}`;
		return await this.json({ method: 'GET', path: `/v1/engines${query}`, signal }, engines);
	}

	async page(ask: PageAsk): Promise<string> {
		const query = new URLSearchParams({ ...ask }).toString();
		return (await this.send({ method: 'GET', path: `/v1/page?${query}` })).body.toString('utf8');
	}

	async health(signal?: AbortSignal): Promise<Health> {
		return await this.json({ method: 'GET', path: '/v1/health', signal }, health);
	}

	async stats(signal?: AbortSignal): Promise<RuntimeStats> {
		return await this.json({ method: 'GET', path: '/v1/stats', signal }, runtimeStats);
	}

	private async turnJson<T extends z.ZodTypeAny>(ask: Request, shape: T, awayLimitMs?: number): Promise<z.output<T>> {
		const named = withId(ask);
		return await this.inTurn((endpoint) => requestJson(endpoint, named, shape), ask.signal, awayLimitMs);
	}

	private async turnSend(ask: Request, awayLimitMs?: number): Promise<{ body: Buffer }> {
		const named = withId(ask);
		return await this.inTurn((endpoint) => request(endpoint, named), ask.signal, awayLimitMs);
	}

	private async json<T extends z.ZodTypeAny>(ask: Request, shape: T): Promise<z.output<T>> {
		return await this.located((endpoint) => requestJson(endpoint, ask, shape));
	}

	private async send(ask: Request): Promise<{ body: Buffer }> {
		return await this.located((endpoint) => request(endpoint, ask));
	}

	/**
	 * What a node asks about its turn. A runtime that was killed is started again, and knows the turn: the same request is sent
	 * again, under the same id, until it is answered or the runtime has been away for too long.
	 */
	private async inTurn<T>(act: (endpoint: Endpoint) => Promise<T>, signal?: AbortSignal, awayLimitMs = this.awayLimitMs): Promise<T> {
		const giveUpAt = Date.now() + awayLimitMs;
		for (let wasAway = false; ; wasAway = true) {
			try {
				return await this.located(act);
			} catch (thrown) {
				if (!isAway(thrown, wasAway) || signal?.aborted || Date.now() > giveUpAt) throw thrown;
				this.locator.forget();
				await sleep(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
			}
		}
	}

	/** A refused connection carried nothing, so the same request can go to the runtime's new address. */
	private async located<T>(act: (endpoint: Endpoint) => Promise<T>): Promise<T> {
		const endpoint = await this.locator.locate();
		try {
			return await act(endpoint);
		} catch (thrown) {
			if (!(thrown instanceof VoiceError) || thrown.code !== 'VOICE_ERR_RUNTIME_UNREACHABLE') throw thrown;
			this.locator.forget();
			if ((thrown.cause as NodeJS.ErrnoException | undefined)?.code !== 'ECONNREFUSED') throw thrown;
			const moved = await this.locator.locate();
			if (moved.url === endpoint.url && moved.key === endpoint.key) throw thrown;
			return await act(moved);
		}
	}
}

/** `wasAway`: the locator may not have found the next one yet, which it says without a cause. */
function isAway(thrown: unknown, wasAway: boolean): boolean {
	if (!(thrown instanceof VoiceError) || thrown.code !== 'VOICE_ERR_RUNTIME_UNREACHABLE') return false;
	return thrown.cause === undefined ? wasAway : AWAY.includes((thrown.cause as NodeJS.ErrnoException).code);
}

/** It keeps its id however often it is sent. */
function withId(ask: Request): Request {
	const { body } = ask;
	return typeof body === 'object' && body !== null && !Buffer.isBuffer(body) ? { ...ask, body: { ...body, request: randomUUID() } } : ask;
}

/** A missing header says nothing of who did it; one that is no JSON is no runtime's. */
function saidIn(header: string | string[] | undefined): unknown {
	return header === undefined ? {} : parseJson(Buffer.from(header.toString(), 'base64url').toString('utf8'));
}

function idOf(sessionId: string): string {
	const parsed = sessionIdShape.safeParse(sessionId);
	if (!parsed.success) throw new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'There is no such call.');
	return parsed.data;
}
