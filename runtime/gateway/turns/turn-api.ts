import { isDeepStrictEqual } from 'node:util';
import type { ToolResult } from '../../contract/chat';
import type { ReplyAsk, ReplyStep, Speech, SpeechAsk, Transcript, TranscriptAsk } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { within } from '../../lib/async';
import { monotonicClock } from '../../lib/clock';
import type { CallOfTurns, Turns } from './turns';
import { Reply } from './reply';
import type { Turn } from './turn';

/** For one utterance of a caller, who hears nothing meanwhile. */
const RECOGNITION_LIMIT_MS = 60_000;
const SPOKEN_LATE = 'Spoken after the reply was written: its text or voice was not known before.';

/** What the nodes of an execution ask about the turn that started it. */
export class TurnApi {
	constructor(
		private readonly call: CallOfTurns,
		private readonly turns: Turns,
	) {}

	find(id: string): Turn | undefined {
		return this.turns.find(id);
	}

	/** Wraps each ask: checks who asks, keeps the turn alive meanwhile, and fails it when n8n goes away. */
	async asked<T>(turn: Turn, executionId: string, gone: AbortSignal, act: () => Promise<T>): Promise<T> {
		turn.claim(executionId);
		gone.addEventListener('abort', () => {
			// What is already being spoken is spoken to its end.
			if (!turn.speaking) this.turns.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'The execution ended while it answered.'));
		});
		try {
			return await turn.attend(async () => {
				this.turns.attended(turn);
				return await act();
			});
		} catch (thrown) {
			const error = VoiceError.from(thrown);
			// What the node asked wrongly is the node's to report; it says so with a failure if it gives up.
			if (error.status >= 500) this.turns.fail(turn, error);
			throw error;
		} finally {
			this.turns.attended(turn);
		}
	}

	async transcript(turn: Turn, ask: TranscriptAsk): Promise<Transcript> {
		const { agent } = this.call.request;
		const lookAhead = turn.recognised && isDeepStrictEqual(agent.transcribe, ask.settings);
		if (lookAhead) {
			const { text, understood, confidence, timings } = turn;
			return { text, understood, confidence, lookAhead, note: '', timings, ...turn.heardFromCaller.doneBy };
		}
		const note = agent.transcribeNote || 'The settings changed after the call had begun.';
		const client = await this.call.deps.inference.ready();
		const recognising = client.call('transcribe', { settings: ask.settings, pcm: [...turn.audio] });
		const late = new VoiceError('VOICE_ERR_TOO_SLOW', `The recogniser gave no text within ${RECOGNITION_LIMIT_MS / 1000} s.`);
		const recognition = await within(RECOGNITION_LIMIT_MS, late, recognising.result).finally(() => recognising.cancel());
		const { text, understood, confidence, engine, replaced } = recognition;
		turn.recognisedAgain(text, { engine, replaced });
		this.call.tell({ type: 'caption.final', turnId: turn.id, text, understood });
		return { text, understood, confidence, lookAhead, note, timings: turn.timings, engine, replaced };
	}

	async reply(turn: Turn, ask: ReplyAsk): Promise<ReplyStep> {
		await this.turns.settled;
		const { speak } = ask;
		const { sessionId, deps, history, tell, step } = this.call;
		const reply = new Reply(turn, ask, {
			conversation: sessionId,
			inference: deps.inference,
			history,
			openUtterance: speak ? () => this.turns.openUtterance(turn, speak) : undefined,
			firstWordMs: this.call.request.agent.limits.firstWordMs,
			tell,
			toolsStarted: (tool) => step({ type: 'turnHasRunTools', at: monotonicClock.now(), n: turn.n, tool }),
			toolsDone: () => step({ type: 'turnToolsDone', at: monotonicClock.now(), n: turn.n }),
		});
		turn.answerWith(reply);
		return await reply.begin();
	}

	async toolResults(turn: Turn, results: readonly ToolResult[]): Promise<ReplyStep> {
		if (!turn.reply) throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'No reply was asked for in this turn.');
		return await turn.reply.toolResults(results);
	}

	/** What tools gave after their time limit: the model reads it in the next turn. */
	lateToolResults(turn: Turn, results: readonly ToolResult[]): void {
		if (!turn.reply) throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'No reply was asked for in this turn.');
		turn.reply.lateToolResults(results);
	}

	async speech(turn: Turn, ask: SpeechAsk): Promise<Speech> {
		if (turn.ended?.kind !== 'interrupted') turn.assertLive();
		const written = turn.reply?.text.trim();
		const early = turn.lastUtterance;
		const lookAhead = early !== undefined && written === ask.text.trim();
		if (turn.ended?.kind !== 'interrupted' && !lookAhead) {
			early?.interrupt();
			await this.speakLate(turn, ask);
		}
		const outcome = ask.waitForEnd ? await turn.lastUtterance?.finished : undefined;
		if (outcome?.error) throw outcome.error;
		const interrupted = turn.ended?.kind === 'interrupted';
		const whole = outcome?.complete === true && !interrupted;
		return {
			heard: whole ? ask.text.trim() : turn.heard,
			text: ask.text,
			interrupted,
			lookAhead,
			note: !lookAhead && turn.reply ? SPOKEN_LATE : '',
			spokenMs: outcome?.spokenMs ?? 0,
			timings: turn.timings,
			...turn.spokenBy,
		};
	}

	/** The node gave up. */
	fail(turn: Turn, error: VoiceError): void {
		this.turns.fail(turn, error);
	}

	/** Without look-ahead: the text is whole, and all of it is spoken now. */
	private async speakLate(turn: Turn, ask: SpeechAsk): Promise<void> {
		await this.turns.settled;
		// The caller may have gone on meanwhile.
		if (turn.ended?.kind === 'interrupted') return;
		turn.assertLive();
		const { history, tell } = this.call;
		const speaksFirst = !turn.reply && turn.lastUtterance === undefined;
		const utterance = this.turns.openUtterance(turn, ask.speak);
		if (!utterance) throw new VoiceError('VOICE_ERR_TURN_ENDED', 'The call has ended.');
		if (speaksFirst) history.addUser(turn.heardFromCaller.text, turn.n);
		if (turn.reply?.text.trim() !== ask.text.trim()) {
			// A node changed the reply: what is said counts, not what was written.
			if (turn.reply) history.cutToHeard('', turn.n);
			history.addAssistant(ask.text);
			turn.saysInstead(ask.text);
		}
		tell({ type: 'reply.partial', turnId: turn.id, text: ask.text });
		utterance.write(ask.text);
		utterance.end();
	}
}
