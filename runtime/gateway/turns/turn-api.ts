import { isDeepStrictEqual } from 'node:util';
import type { TranscribeSettings } from '../../contract/agent-settings';
import type { ToolResult } from '../../contract/chat';
import type { ReplyAsk, ReplyStep, Speech, SpeechAsk, Transcript, TranscriptAsk, TranscriptionDone } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { monotonicClock } from '../../lib/clock';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { RestartingProcess } from '../children/restarting-process';
import { Reply } from './reply';
import type { Turn } from './turn';
import type { TurnDeps, Turns } from './turns';

const SPOKEN_LATE = 'Spoken after the reply was written: its text or voice was not known before.';

/** Where the nodes of an execution come with what they ask about their turn. */
export class TurnApi {
	constructor(
		private readonly call: TurnDeps,
		private readonly turns: Turns,
	) {}

	find(id: string): Turn | undefined {
		return this.turns.find(id);
	}

	/** Wraps each ask: checks who asks, keeps the turn alive meanwhile, and fails it when n8n goes away. */
	async asked<T>(turn: Turn, executionId: string, gone: AbortSignal, act: () => Promise<T>): Promise<T> {
		turn.claim(executionId);
		turn.asks++;
		this.turns.attended(turn);
		gone.addEventListener('abort', () => {
			// What is already being spoken is spoken to its end.
			if (!turn.end && !turn.speaking) {
				this.turns.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'The execution ended while it answered.'));
			}
		});
		try {
			return await act();
		} catch (thrown) {
			const error = VoiceError.from(thrown);
			// What the node asked wrongly is the node's to report; it says so with a failure if it gives up.
			if (error.status >= 500) this.turns.fail(turn, error);
			throw error;
		} finally {
			turn.asks--;
			this.turns.attended(turn);
		}
	}

	async transcript(turn: Turn, ask: TranscriptAsk): Promise<Transcript> {
		const { agent } = this.call.request;
		const lookAhead = turn.recognised && isDeepStrictEqual(agent.transcribe, ask.settings);
		if (lookAhead) {
			const { text, understood, confidence, timings } = turn;
			return { text, understood, confidence, lookAhead, note: '', timings, ...turn.heardBy };
		}
		const note = agent.transcribeNote || 'The settings changed after the call had begun.';
		const recognition = await recognise(this.call.deps.inference, ask.settings, turn.audio());
		turn.mark('finalAt');
		const { text, understood, confidence, engine, replaced } = recognition;
		turn.heardText = text;
		turn.heardBy = { engine, replaced };
		this.call.tell({ type: 'caption.final', turnId: turn.id, text, understood });
		return { text, understood, confidence, lookAhead, note, timings: turn.timings, ...turn.heardBy };
	}

	async reply(turn: Turn, ask: ReplyAsk): Promise<ReplyStep> {
		await this.turns.settled;
		const speak = ask.speak;
		turn.reply = new Reply(turn, ask, {
			conversation: this.call.sessionId,
			inference: this.call.deps.inference,
			history: this.call.history,
			openUtterance: speak ? () => this.turns.openUtterance(turn, speak) : undefined,
			tell: this.call.tell,
			toolsStarted: (tool) => this.call.step({ type: 'turnHasRunTools', at: monotonicClock.now(), n: turn.n, tool }),
			toolsDone: () => this.call.step({ type: 'turnToolsDone', at: monotonicClock.now(), n: turn.n }),
		});
		if (turn.end === 'interrupted') turn.reply.interrupt();
		else turn.assertLive();
		return await turn.reply.begin();
	}

	async toolResults(turn: Turn, results: ToolResult[]): Promise<ReplyStep> {
		if (!turn.reply) throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'No reply was asked for in this turn.');
		return await turn.reply.toolResults(results);
	}

	async speech(turn: Turn, ask: SpeechAsk): Promise<Speech> {
		if (turn.end === 'failed') turn.assertLive();
		const written = turn.reply?.text.trim();
		const early = turn.utterances.at(-1);
		const lookAhead = early !== undefined && written === ask.text.trim();
		if (turn.end !== 'interrupted' && !lookAhead) {
			early?.interrupt();
			await this.speakLate(turn, ask);
		}
		const utterance = turn.utterances.at(-1);
		const outcome = ask.waitForEnd ? await utterance?.finished : undefined;
		if (outcome?.error) throw outcome.error;
		const interrupted = turn.end === 'interrupted';
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
		const { history, tell } = this.call;
		if (!turn.reply && turn.utterances.length === 0) history.addUser(turn.heardText, turn.n);
		if (turn.reply?.text.trim() !== ask.text.trim()) {
			// A node changed the reply: what is said counts, not what was written.
			if (turn.reply) history.cutToHeard('', turn.n);
			history.addAssistant(ask.text);
			turn.said.push(ask.text);
		}
		const utterance = this.turns.openUtterance(turn, ask.speak);
		tell({ type: 'reply.partial', turnId: turn.id, text: ask.text });
		utterance.write(ask.text);
		utterance.end();
	}
}

/** Recognises a turn after it has ended: what happens where there was no look-ahead. */
export async function recognise(
	inference: RestartingProcess<InferenceProtocol>,
	settings: TranscribeSettings,
	sound: readonly Int16Array[],
): Promise<TranscriptionDone> {
	const client = await inference.ready();
	return await client.call('transcribe', { settings, pcm: [...sound] }).result;
}
