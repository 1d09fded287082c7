import { isDeepStrictEqual } from 'node:util';
import type { ReplyAsk } from '../../contract/control';
import type { History } from '../../dialogue/history/history';
import { type AnswerParams, type ModelDeps, ModelAnswer, paramsFor } from './model-answer';
import { allowanceOf } from './reply-tools';

/**
 * The answer to a turn that is begun early is asked for while n8n still comes to the node that asks for it, which takes 20 to 30 ms.
 * What the node will ask is known from the turn before. Where it asks for something else, this was for nothing, and no later turn of
 * the call is asked ahead: instructions with the time of day in them are others in every turn.
 */
export class AnswerAhead {
	private last: ReplyAsk | undefined;
	private open: { readonly params: AnswerParams; readonly answer: ModelAnswer } | undefined;
	private mistaken = false;

	constructor(
		private readonly deps: ModelDeps,
		private readonly history: History,
	) {}

	/** A node asks for a reply with this. */
	asked(ask: ReplyAsk): void {
		this.last = ask;
	}

	/** The caller has probably said `prompt`, and that was all. */
	begin(prompt: string): void {
		this.drop();
		if (!this.last || this.mistaken) return;
		const ask = { ...this.last, prompt, understood: true };
		const params = paramsFor(ask, this.history, { begun: '', isCertain: false, offersTools: allowanceOf(ask).offers });
		this.open = { params, answer: new ModelAnswer(this.deps, params) };
	}

	answer(params: AnswerParams): ModelAnswer {
		return this.take(params) ?? new ModelAnswer(this.deps, params);
	}

	/** The answer to just this, if it was asked for. */
	private take(params: AnswerParams): ModelAnswer | undefined {
		const { open } = this;
		if (!open) return undefined;
		const isThis = isDeepStrictEqual(params, open.params);
		this.mistaken ||= !isThis;
		if (isThis) this.open = undefined;
		else this.drop();
		// Another try may do better.
		return isThis && !open.answer.failed ? open.answer : undefined;
	}

	/** Nobody will take it. @returns the tokens that were written for nothing */
	drop(): number {
		const { open } = this;
		this.open = undefined;
		open?.answer.cancel();
		return open?.answer.pieces ?? 0;
	}
}
