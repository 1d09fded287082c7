import { isDeepStrictEqual } from 'node:util';
import type { ToolResult } from '../../contract/chat';
import type { ReplyAsk, ReplyStep, Speech, SpeechAsk, Transcript, TranscriptAsk, TurnFailure } from '../../contract/control';
import { doneByOf } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { CallPermit } from '../../contract/join-token';
import { pauseUnless, within } from '../../lib/async';
import { monotonicClock } from '../../lib/clock';
import { isSpeakable } from '../../speech-text/speakable';
import { permittedTools } from '../calls/call-request';
import type { CallOfTurns } from './call-of-turns';
import type { Turns } from './turns';
import type { StoredTurn } from '../journal/journal';
import { Reply } from './reply';
import type { RestoredReply } from './reply-deps';
import type { Saying } from './saying';
import type { Turn } from './turn';

/** For one utterance of a caller, who hears nothing meanwhile. */
const RECOGNITION_LIMIT_MS = 60_000;
/** A node whose tools run says so again after this: a machine that lost its power closes no connection. */
const TOOLS_RUNNING_MS = 20_000;
const RECOGNISED_BEFORE = 'Recognised with the settings that the call began with: the runtime was started again meanwhile, and the sound is gone.';
const SPOKEN_LATE = 'Spoken after the reply was written: its text or voice was not known before.';

/** Throws VOICE_ERR_NOTHING_TO_SAY where the caller would hear nothing. */
function assertSpeakable({ text, speak }: SpeechAsk): void {
	if (isSpeakable(text, speak.language)) return;
	const what = text.trim() === '' ? 'is empty' : 'has no words, only marks or emoji';
	throw new VoiceError('VOICE_ERR_NOTHING_TO_SAY', `The text to speak ${what}.`);
}

function noReply(): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', 'No reply was asked for in this turn.');
}

/** What the nodes of an execution ask about the turn that started it. */
export class TurnApi {
	constructor(
		private readonly call: CallOfTurns,
		private readonly turns: Turns,
	) {}

	find(id: string): Turn | undefined {
		return this.turns.find(id);
	}

	/**
	 * Wraps each ask: checks who asks, keeps the turn alive meanwhile, and fails it when n8n goes away. An ask that goes
	 * wrong fails nothing: the node may try again, or the workflow go on another way.
	 */
	async asked<T>(turn: Turn, executionId: string, gone: AbortSignal, act: () => Promise<T>): Promise<T> {
		turn.certainty.assertWanted();
		turn.claim(executionId);
		const onGone = (): void => {
			// What is already being spoken is spoken to its end.
			if (!turn.speech.goesOn || !turn.certainty.isCertain) this.turns.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'The execution ended while it answered.'));
		};
		gone.addEventListener('abort', onGone);
		try {
			return await turn.attend(async () => {
				this.turns.attended(turn);
				return await turn.certainty.whileWanted(act());
			});
		} catch (thrown) {
			// Whether it went wrong is of interest only if somebody is answered.
			await turn.certainty.needed();
			const error = VoiceError.from(thrown);
			turn.troubled(error);
			throw error;
		} finally {
			gone.removeEventListener('abort', onGone);
			this.turns.attended(turn);
		}
	}

	/** What the caller's token allows; undefined where callers need none. */
	get permit(): CallPermit | undefined {
		return this.call.request.permit;
	}

	async transcript(turn: Turn, ask: TranscriptAsk): Promise<Transcript> {
		const { agent } = this.call.request;
		const lookAhead = turn.recognised && isDeepStrictEqual(agent.transcribe, ask.settings);
		if (lookAhead) return this.asRecognised(turn, '');
		// The sound of a turn that is recognised goes with its process.
		if (turn.recognised && turn.audio.length === 0) return this.asRecognised(turn, RECOGNISED_BEFORE);
		await turn.certainty.needed();
		const note = agent.transcribeNote || 'The settings changed after the call had begun.';
		const client = await this.call.deps.inference.ready();
		const recognising = client.call('transcribe', { settings: ask.settings, pcm: [...turn.audio] });
		const late = new VoiceError('VOICE_ERR_TOO_SLOW', `The recogniser gave no text within ${RECOGNITION_LIMIT_MS / 1000} s.`);
		const recognition = await within(RECOGNITION_LIMIT_MS, late, recognising.result).finally(() => recognising.cancel());
		const { text, understood, confidence } = recognition;
		const doneBy = doneByOf(recognition);
		turn.recognisedAgain(text, doneBy, confidence);
		this.call.tell({ type: 'caption.final', turnId: turn.id, text, understood });
		return { text, understood, confidence, lookAhead, note, timings: turn.timings, ...doneBy };
	}

	private asRecognised({ text, understood, confidence, timings, heardFromCaller }: Turn, note: string): Transcript {
		return { text, understood, confidence, lookAhead: true, note, timings, ...heardFromCaller.doneBy };
	}

	async reply(turn: Turn, ask: ReplyAsk): Promise<ReplyStep> {
		const permitted = { ...ask, tools: permittedTools(ask.tools, this.permit) };
		const asked = async (): Promise<ReplyStep> => await turn.tries.once(permitted, async () => await this.replyOnce(turn, permitted), ({ status }) => status === 'done');
		const step = turn.reply?.answerTo(ask.request) ?? (await turn.requests.once(ask.request, asked));
		await turn.certainty.known;
		turn.mended();
		return step;
	}

	private async replyOnce(turn: Turn, ask: ReplyAsk): Promise<ReplyStep> {
		this.call.offered(ask);
		this.turns.answerAhead.asked(ask);
		if (!turn.certainty.mayHaveModel) await turn.certainty.needed();
		await this.turns.settled;
		if (turn.ended?.kind !== 'interrupted') turn.assertLive();
		if (turn.reply?.isAskedAgain(ask)) return await turn.reply.again(ask);
		const reply = this.replyOf(turn, ask);
		turn.answerWith(reply);
		return await reply.begin();
	}

	private replyOf(turn: Turn, ask: ReplyAsk, restored?: RestoredReply): Reply {
		const { history, tell, step, keepReply, together } = this.call;
		const reply: Reply = new Reply(turn, ask, {
			history,
			openUtterance: (speak) => this.turns.openUtterance(turn, speak, turn.sayings.of(reply) ?? turn.sayings.add(reply)),
			model: this.turns.answerAhead,
			language: this.call.request.agent.transcribe?.language ?? '',
			isDoubtful: (n) => this.turns.doubts.has(n),
			tell,
			toolsStarted: (tool) => step({ type: 'turnHasRunTools', at: monotonicClock.now(), n: turn.n, tool }),
			toolsDone: () => step({ type: 'turnToolsDone', at: monotonicClock.now(), n: turn.n }),
			keep: (record) =>
				together(() => {
					keepReply(turn.id, record);
					turn.changed();
				}),
			together,
		}, restored);
		return reply;
	}

	/** The turns of the process before, and the replies that their nodes wait for. */
	restore(stored: readonly StoredTurn[]): void {
		this.turns.restore(stored, (turn, { reply: record, heard, writing }) => {
			if (!record) return undefined;
			const reply = this.replyOf(turn, record.ask, { record, turn: { heard, writing } });
			turn.goesOnWith(reply);
			const { answer } = record;
			if (answer?.step.status === 'done') turn.tries.haveDone(record.ask, answer.step);
			return reply;
		});
	}

	async toolResults(turn: Turn, results: readonly ToolResult[], request?: string): Promise<ReplyStep> {
		const { reply } = turn;
		if (!reply) throw noReply();
		const step = reply.answerTo(request) ?? (await turn.requests.once(request, async () => await reply.toolResults(results, request)));
		turn.mended();
		return step;
	}

	/** The execution lives for as long as a node asks this. `gone`: its connection is. */
	async toolsRunning(turn: Turn, executionId: string, gone: AbortSignal): Promise<void> {
		turn.claim(executionId);
		await turn.attend(async () => {
			this.turns.attended(turn);
			await pauseUnless(gone, TOOLS_RUNNING_MS);
		});
		if (gone.aborted) this.turns.outOfTouch(turn);
		else this.turns.attended(turn);
	}

	/** What tools gave after their time limit: the model reads it in the next turn. */
	lateToolResults({ reply }: Turn, results: readonly ToolResult[]): void {
		if (!reply) throw noReply();
		reply.lateToolResults(results);
	}

	/** Resolves when the caller has heard the text, as far as they listened. Rejects where its voice broke off. */
	async speech(turn: Turn, ask: SpeechAsk): Promise<Speech> {
		// What is already being made tells by its first sound.
		if (!turn.speech.goesOn) turn.certainty.need();
		await turn.certainty.known;
		const spoken = await turn.requests.once(ask.request, async () => await turn.tries.once(ask, async () => await this.speechOnce(turn, ask)));
		turn.mended();
		return spoken;
	}

	private async speechOnce(turn: Turn, ask: SpeechAsk): Promise<Speech> {
		const interrupted = (): boolean => turn.ended?.kind === 'interrupted';
		if (!interrupted()) {
			turn.assertLive();
			assertSpeakable(ask);
		}
		const text = ask.text.trim();
		const ahead = turn.sayings.askedBy(ask.request) ?? turn.sayings.ahead(text);
		const saying = ahead ?? turn.sayings.brokenOff(text) ?? this.saysInstead(turn, text);
		saying.claim(ask.waitForEnd, ask.request);
		turn.changed();
		if (!ahead) await this.speakLate(turn, ask, saying);
		if (ask.waitForEnd) await saying.finished();
		if (saying.failure && !interrupted()) throw saying.failure;
		return {
			heard: saying.complete ? text : saying.heard,
			text: ask.text,
			interrupted: !saying.complete && (interrupted() || ask.waitForEnd),
			reachedLimit: saying.reachedLimit,
			lookAhead: ahead !== undefined,
			note: !ahead && turn.reply ? SPOKEN_LATE : '',
			spokenMs: saying.spokenMs,
			gaps: saying.gaps,
			...(turn.early ? { endOfTurn: turn.endOfTurn } : {}),
			timings: turn.timings,
			...saying.spokenBy,
		};
	}

	/** A node has failed. That is its last word, unless n8n tries it again. */
	nodeFailed(turn: Turn, failure: TurnFailure): void {
		if (turn.certainty.isSuperseded) return;
		turn.claim(failure.executionId);
		const stopped = failure.code === 'VOICE_ERR_CANCELLED';
		// What is already being spoken is spoken to its end.
		if (stopped && turn.speech.goesOn && !turn.reply?.waitsForTools) return;
		if (!stopped && turn.tries.failed(failure) < failure.tries) {
			this.turns.awaitRetry(turn, failure.retryAfterMs);
			return;
		}
		const { trouble } = turn;
		const ours = trouble?.code === failure.code && trouble.status >= 500 ? trouble : undefined;
		this.fail(turn, ours ?? new VoiceError('VOICE_ERR_WORKFLOW_FAILED', `${failure.node}: ${failure.message}`));
	}

	/** The workflow gave up. */
	fail(turn: Turn, error: VoiceError): void {
		this.turns.fail(turn, error);
	}

	/** Another text than the one that was spoken ahead: it takes the place of what nobody asked for. */
	private saysInstead(turn: Turn, text: string): Saying {
		for (const unasked of turn.sayings.unasked) {
			// What a model that failed has begun to say is said to its end.
			if (!turn.reply?.failed) unasked.interrupt();
			unasked.claim(false);
		}
		return turn.sayings.add({ text });
	}

	/** Without look-ahead, or where the voice broke off: the text is whole, and what was not heard of it is spoken now. */
	private async speakLate(turn: Turn, ask: SpeechAsk, saying: Saying): Promise<void> {
		await this.turns.settled;
		// The caller may have gone on meanwhile.
		if (turn.ended?.kind === 'interrupted') return;
		turn.assertLive();
		const utterance = this.turns.openUtterance(turn, ask.speak, saying);
		if (!utterance) throw new VoiceError('VOICE_ERR_TURN_ENDED', 'The call has ended.');
		utterance.write(saying.left);
		utterance.end();
	}
}
