import type { Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { createHash } from 'node:crypto';
import { VoiceError } from '../../../../contract/errors';
import { llamaBackend } from '../../../llama/library';
import { prefill } from '../../../llama/prefill';
import { log } from '../../../../lib/log';
import type { GgufCheck } from '../../../models/gguf-check';
import type { ModelFile } from '../../../models/resolve';
import type { Scheduler } from '../../../scheduler/scheduler';
import type { StepKind } from '../../../scheduler/steps';
import type { VoiceChoice } from '../../engine';
import type { TokenAsk, TokenSource } from '../token-source';
import { cancelled, unlessCancelled } from '../../../../lib/async';
import { loadOrpheusModel, type OrpheusModel, type OrpheusSize, type Place } from './orpheus-model';
import { candidatesFor, OrpheusSampler } from './sampler';

/** The same sentence sounds the same each time: what a user complains about can be heard again. */
function seedOf({ voice, text }: TokenAsk): number {
	return createHash('sha256').update(`${voice}: ${text}`).digest().readUInt32LE(0);
}

/** A speech under way. */
interface Speech {
	readonly ask: TokenAsk;
	readonly signal: AbortSignal;
	/** The prompt and what has been written so far. */
	readonly tokens: Token[];
	/** The audio tokens among them. */
	readonly audio: Token[];
	readonly sampler: OrpheusSampler;
}

/** Orpheus as a GGUF on this machine. Loaded on first use. */
export class LlamaTokenSource implements TokenSource {
	private loading: Promise<OrpheusModel> | undefined;
	private model: OrpheusModel | undefined;

	constructor(
		private readonly file: ModelFile,
		private readonly check: Pick<GgufCheck, 'approve'>,
		private readonly scheduler: Scheduler,
		private readonly onTokens: (count: number) => void = () => undefined,
		private readonly size?: OrpheusSize,
		/** So much of the file has been read: 0 to 1. */
		private readonly onRead?: (share: number) => void,
	) {}

	async *speak(ask: TokenAsk, signal: AbortSignal): AsyncGenerator<number> {
		const model = await unlessCancelled(this.loaded(), signal);
		const { vocabulary, places, contextTokens } = model;
		const prompt = vocabulary.prompt(ask.voice, ask.text);
		const speech: Speech = { ask, signal, tokens: [...prompt], audio: [], sampler: new OrpheusSampler(ask.sampling, seedOf(ask)) };
		const most = Math.min(contextTokens - 1, prompt.length + ask.maxTokens);
		let seat = await places.take(signal);
		try {
			for (let mine = false; !mine; ) {
				mine = true;
				for await (const token of this.write(model, seat.place, speech)) {
					if (vocabulary.isEnd(token)) return;
					speech.tokens.push(token);
					const number = vocabulary.number(token);
					if (number !== undefined) {
						speech.audio.push(token);
						seat.rest();
						yield number;
						mine = seat.back();
					}
					if (speech.tokens.length >= most) {
						log.warn({ tokens: speech.tokens.length - prompt.length }, 'orpheus: a speech did not end by itself and was ended');
						return;
					}
					if (!mine) break;
				}
				// Somebody else writes there now: what was written so far is read on another one.
				if (!mine) seat = await places.take(signal);
			}
		} catch (error) {
			if (signal.aborted) throw cancelled(error);
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		} finally {
			seat.leave();
		}
	}

	get sideBySide(): boolean {
		return this.model?.sideBySide ?? false;
	}

	async voices(): Promise<readonly VoiceChoice[]> {
		return (await this.loaded()).voices;
	}

	async warm(): Promise<void> {
		const { places, vocabulary, scheduler } = await this.loaded();
		const never = new AbortController().signal;
		const seat = await places.take(never);
		const { sequence, lane } = seat.place;
		const permit = scheduler.permit({ lane, kind: () => 'background', chunk: true }, never);
		try {
			const [start] = vocabulary.prompt('tara', 'Hi.');
			if (sequence.nextTokenIndex > 0 || start === undefined) return;
			await permit(1, async () => await sequence.evaluateWithoutGeneratingNewTokens([start]));
		} finally {
			seat.leave();
		}
	}

	/** What follows the speech's tokens, until the model has nothing to add. */
	private async *write({ pace, scheduler }: OrpheusModel, { sequence, topLogits, number, lane }: Place, speech: Speech): AsyncGenerator<Token> {
		const { ask, signal, tokens, audio, sampler } = speech;
		// One speech after another: what the last one left is of no use to this one.
		await sequence.clearHistory();
		const kind = (): StepKind => (ask.urgent?.() ?? true ? 'nextSound' : 'soundAhead');
		const own = { lane, kind, sequence: number };
		await prefill(sequence, tokens, pace, scheduler.permit({ ...own, chunk: true }, signal), signal, this.onTokens);
		const permit = scheduler.permit({ ...own, chunk: false }, signal);
		const count = candidatesFor(ask.sampling);
		for (let last = tokens.at(-1); last !== undefined; ) {
			const evaluated = last;
			const logits = await permit(1, async () => await topLogits.after(evaluated, count));
			signal.throwIfAborted();
			this.onTokens(1);
			last = sampler.draw(logits, audio);
			if (sequence.model.isEogToken(last)) return;
			yield last;
		}
	}

	/** A failed load is tried again by whoever asks next. */
	private async loaded(): Promise<OrpheusModel> {
		this.loading ??= Promise.all([llamaBackend(), this.check.approve(this.file)]).then(async ([backend]) => await loadOrpheusModel(backend, this.scheduler, this.file, this.size, this.onRead));
		try {
			this.model = await this.loading;
			return this.model;
		} catch (error) {
			this.loading = undefined;
			throw error;
		}
	}
}
