import { monotonicClock } from '../../lib/clock';
import type { SpeakSettings } from '../../contract/agent-settings';
import type { OpenSession } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import type { TriggerEvent } from '../../contract/turn';
import type { ConversationInput, InterruptReason, StartTurn } from '../../dialogue/conversation-events';
import type { History } from '../../dialogue/history/history';
import type { AgentVoice } from './agent-voice';
import type { CallListener, CallDeps } from '../calls/call-deps';
import { Turn } from './turn';
import { Abandonment } from './abandonment';
import type { Outcome, AgentUtterance } from './agent-utterance';

/** What turns need of the session they belong to. */
export interface TurnDeps {
	readonly sessionId: string;
	readonly request: OpenSession;
	readonly deps: CallDeps;
	readonly listener: Pick<CallListener, 'turnStarted' | 'turnForgotten'>;
	readonly history: History;
	readonly voice: () => AgentVoice | undefined;
	readonly tell: (event: PageEvent) => void;
	readonly step: (input: ConversationInput) => void;
}

/** Turns that nodes may still ask about: a tool may give its result after the caller has gone on. */
const REMEMBERED_TURNS = 8;
const REMEMBERED_AFTER_END_MS = 60_000;
/** n8n goes from one node to the next in well under this. */
const NEXT_NODE_MS = 150;

/**
 * The turns of one session, from the moment the conversation declares one to its only end: spoken,
 * interrupted or failed. Whatever the end, the history then holds what was really heard.
 */
export class Turns {
	private readonly turns: Turn[] = [];
	private readonly watch: Abandonment;
	private count = 0;
	/** The turn before has written into the history what was heard of it. */
	settled: Promise<unknown> = Promise.resolve();

	constructor(private readonly call: TurnDeps) {
		this.watch = new Abandonment(call.request.agent.limits.abandonedTurnMs, (turn, error) => this.fail(turn, error));
	}

	find(id: string): Turn | undefined {
		return this.turns.find((turn) => turn.id === id);
	}

	start(start: StartTurn, sound: Int16Array[], heardBy: DoneBy | undefined): void {
		// A turn that continues a cancelled one says its words again, so it has its sound as well.
		const earlier = this.turns.find(({ n }) => n === start.continues)?.audio() ?? [];
		const turn = new Turn(start, [...earlier, ...sound], heardBy);
		this.count++;
		this.turns.push(turn);
		this.call.listener.turnStarted(turn.id);
		if (this.turns.length > REMEMBERED_TURNS) this.call.listener.turnForgotten(this.turns.shift()?.id ?? '');
		const { id: turnId, text, understood } = turn;
		if (turn.recognised) this.call.tell({ type: 'caption.final', turnId, text, understood });
		this.watch.restart(turn);
		this.dispatch({
			event: 'turn',
			sessionId: this.call.sessionId,
			turnId,
			turn: turn.n,
			heard: text,
			understood,
			at: new Date().toISOString(),
			durationMs: Math.round(turn.durationMs),
		}).catch((thrown: unknown) => this.fail(turn, VoiceError.from(thrown)));
	}

	/** Stops everything the agent does. Without `n` only what belongs to no turn was spoken. */
	interrupt(n: number | undefined, reason: InterruptReason): void {
		const turn = this.turns.find((candidate) => candidate.n === n);
		if (turn) {
			turn.end = 'interrupted';
			turn.reply?.interrupt();
			this.watch.stop(turn);
		}
		this.call.voice()?.interruptAll();
		if (turn) this.settle(turn, reason === 'callerContinued');
	}

	/** A node asks about the turn or has been answered: it is alive, or may be over. */
	attended(turn: Turn): void {
		if (turn.end || turn.asks > 0) this.watch.stop(turn);
		else this.watch.restart(turn);
		this.considerOver(turn);
	}

	/** Opens what the agent says in this turn. */
	openUtterance(turn: Turn, settings: SpeakSettings): AgentUtterance {
		const voice = this.call.voice();
		if (!voice) throw new VoiceError('VOICE_ERR_TURN_ENDED', 'The call has ended.');
		// A turn that is over can still say something, for example after a slow node; it then belongs to no turn.
		const n = turn.end ? undefined : turn.n;
		const utterance = voice.open(settings, n, (mark, at) => turn.mark(`${mark}At`, at));
		turn.utterances.push(utterance);
		void utterance.finished.then(() => this.considerOver(turn));
		return utterance;
	}

	/** The turn ends with an error that the page shows and, if so set, the caller hears. */
	fail(turn: Turn, error: VoiceError): void {
		if (turn.end) return;
		turn.end = 'failed';
		turn.error = error;
		this.watch.stop(turn);
		turn.reply?.interrupt();
		const { apology, speak } = this.call.request.agent;
		this.call.deps.log.warn({ sessionId: this.call.sessionId, turnId: turn.id, code: error.code }, 'turn failed');
		this.call.tell({ type: 'error', error: error.toShape(), turnId: turn.id });
		turn.speaking?.end();
		if (apology !== '') {
			const sorry = this.call.voice()?.open(speak);
			sorry?.write(apology);
			sorry?.end();
		}
		this.settle(turn, false);
		this.call.step({ type: 'turnOver', at: monotonicClock.now(), n: turn.n });
	}

	sessionStarted(): void {
		const { sessionId, request } = this.call;
		if (request.source.mode !== 'production') return;
		this.dispatch({ event: 'sessionStarted', sessionId, at: new Date().toISOString() }).catch(() => undefined);
	}

	/** n8n is gone: a turn that waits for it is not answered any more. */
	workflowGone(): void {
		const turn = this.turns.at(-1);
		if (turn && !turn.end && (turn.asks === 0 || turn.reply?.waitsForTools) && !turn.speaking) {
			this.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'n8n stopped while it answered.'));
		}
	}

	sessionEnded(reason: string, durationMs: number): void {
		const { sessionId, request, listener } = this.call;
		for (const turn of this.turns) {
			if (!turn.end) {
				turn.end = 'interrupted';
				turn.reply?.interrupt();
			}
			this.watch.stop(turn);
		}
		// Results of tools that still run are taken for a while, then the turns are forgotten.
		setTimeout(() => this.turns.forEach(({ id }) => listener.turnForgotten(id)), REMEMBERED_AFTER_END_MS).unref();
		this.call.deps.inference
			.ready()
			.then((client) => client.call('forget', { conversation: sessionId }).result)
			.catch(() => undefined);
		if (request.source.mode !== 'production') return;
		const at = new Date().toISOString();
		const event = { event: 'sessionEnded', sessionId, at, reason, turns: this.count, durationMs } as const;
		this.dispatch(event).catch(() => undefined);
	}

	/** A turn is over when all it says is played and no node can add to it: then the caller has the word. */
	private considerOver(turn: Turn, quiet = false): void {
		const spoken = turn.utterances.length > 0 && !turn.speaking;
		if (turn.end || !spoken || turn.reply?.working) return;
		const failure = turn.utterances.map((utterance) => utterance.failure).find((error) => error !== undefined);
		if (failure) {
			this.fail(turn, failure);
			return;
		}
		if (!turn.reply && !quiet) {
			// Another node may follow at once: n8n needs some ms from one to the next.
			setTimeout(() => this.considerOver(turn, true), NEXT_NODE_MS);
			return;
		}
		if (quiet && turn.asks > 0) return;
		turn.end = 'spoken';
		this.watch.stop(turn);
		this.call.step({ type: 'turnOver', at: monotonicClock.now(), n: turn.n });
		this.settle(turn, false);
	}

	/** Writes what was heard into the history and tells the page. `merged`: the next turn repeats this one's words. */
	private settle(turn: Turn, merged: boolean): void {
		const { history, tell } = this.call;
		const before = this.settled;
		const outcomesOf = async (): Promise<Outcome[]> => {
			await Promise.all([before, turn.reply?.idle]);
			return await Promise.all(turn.utterances.map(({ finished }) => finished));
		};
		this.settled = outcomesOf().then((outcomes) => {
			turn.mark('playedAt');
			if (merged) history.dropTurn(turn.n);
			else if (turn.end !== 'spoken') history.cutToHeard(turn.heard, turn.n);
			turn.marks.spokenMs = outcomes.reduce((sum, { spokenMs }) => sum + spokenMs, 0);
			const text = turn.end === 'spoken' ? turn.written : turn.heard;
			const interrupted = turn.end === 'interrupted';
			if (!merged && outcomes.length > 0) tell({ type: 'reply.heard', turnId: turn.id, text, interrupted });
			tell({ type: 'turn.finished', turnId: turn.id, timings: turn.timings });
		});
	}

	private async dispatch(event: TriggerEvent): Promise<void> {
		await this.call.deps.dispatcher.dispatch(this.call.request.source, event);
	}
}
