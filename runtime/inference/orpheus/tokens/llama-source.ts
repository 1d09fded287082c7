import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { createHash } from 'node:crypto';
import { VoiceError } from '../../../contract/errors';
import { type Backend, llamaBackend } from '../../llama/library';
import { ChunkPace, prefill } from '../../llama/prefill';
import { SequencePool } from '../../llama/sequences';
import { threadsFor } from '../../llama/threads';
import type { GgufCheck } from '../../models/gguf-check';
import type { ModelFile } from '../../models/resolve';
import type { TokenAsk, TokenSource } from '../token-source';
import { OrpheusVocabulary } from './vocabulary';

/** A prompt and 20 s of speech. Sentences are shorter; the model's quality falls with longer ones. */
const CONTEXT_TOKENS = 2048;
/** Sentences spoken at a time. On a CPU each takes its speed from the others; a GPU carries tens. */
const CPU_SEQUENCES = 2;
const GPU_SEQUENCES = 8;
/** The penalty looks at this many of the last audio tokens: 9 frames. All of them would drive the voice away. */
const PENALISED = 64;

const cancelled = (cause?: unknown): VoiceError => new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.', { cause });

interface Loaded {
	readonly model: LlamaModel;
	readonly vocabulary: OrpheusVocabulary;
	readonly pool: SequencePool<LlamaContextSequence>;
	readonly pace: ChunkPace;
}

async function load({ llama, cores }: Backend, file: ModelFile, sequences: number | undefined): Promise<Loaded> {
	try {
		const model = await llama.loadModel({ modelPath: file.path });
		const vocabulary = OrpheusVocabulary.of(model, file.path);
		const context = await model.createContext({
			contextSize: Math.min(CONTEXT_TOKENS, model.trainContextSize),
			sequences: sequences ?? (model.gpuLayers > 0 ? GPU_SEQUENCES : CPU_SEQUENCES),
			threads: threadsFor(file.bytes, cores),
		});
		const places = Array.from({ length: context.totalSequences }, () => context.getSequence());
		return { model, vocabulary, pool: new SequencePool(places), pace: new ChunkPace() };
	} catch (error) {
		if (error instanceof VoiceError) throw error;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} could not be loaded: ${String(error)}`, { cause: error });
	}
}

/** The same sentence sounds the same each time: what a user complains about can be heard again. */
const seedOf = ({ voice, text }: TokenAsk): number => createHash('sha256').update(`${voice}: ${text}`).digest().readUInt32LE(0);

/** Orpheus as a GGUF on this machine. Loaded on first use. */
export class LlamaTokenSource implements TokenSource {
	private loading: Promise<Loaded> | undefined;

	constructor(
		private readonly file: ModelFile,
		private readonly check: Pick<GgufCheck, 'approve'>,
		private readonly onTokens: (count: number) => void = () => undefined,
		/** Sentences spoken at a time; absent: what suits the machine. */
		private readonly sequences?: number,
	) {}

	async *speak(ask: TokenAsk, signal: AbortSignal): AsyncGenerator<number> {
		const { vocabulary, pool, pace } = await this.loaded();
		if (signal.aborted) throw cancelled(signal.reason);
		const { sequence, giveBack } = await borrow(pool, signal);
		try {
			// One speech after another: what the last one left is of no use to this one.
			await sequence.clearHistory();
			const prompt = vocabulary.prompt(ask.voice, ask.text);
			await prefill(sequence, prompt, pace, signal, this.onTokens);
			const recent: Token[] = [];
			const { temperature, topP, topK, repetitionPenalty } = ask.sampling;
			const room = sequence.contextSize - prompt.length - 1;
			const tokens = sequence.evaluate(prompt.slice(-1), {
				temperature,
				topP,
				topK,
				seed: seedOf(ask),
				repeatPenalty: { punishTokens: () => recent, penalty: repetitionPenalty, maxPunishTokens: PENALISED },
			});
			let written = 0;
			for await (const token of tokens) {
				if (signal.aborted) throw cancelled(signal.reason);
				if (vocabulary.isEnd(token)) return;
				this.onTokens(1);
				const number = vocabulary.number(token);
				if (number !== undefined) {
					recent.push(token);
					if (recent.length > PENALISED) recent.shift();
					yield number;
				}
				if (++written >= Math.min(ask.maxTokens, room)) return;
			}
		} catch (error) {
			if (signal.aborted) throw cancelled(error);
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		} finally {
			giveBack();
		}
	}

	async warm(): Promise<void> {
		const { pool, vocabulary } = await this.loaded();
		await pool.use('', () => 0, new AbortController().signal, async (sequence) => {
			if (sequence.nextTokenIndex === 0) await sequence.evaluateWithoutGeneratingNewTokens(vocabulary.prompt('tara', 'Hi.').slice(0, 1));
		});
	}

	/** A failed load is tried again by whoever asks next. */
	private async loaded(): Promise<Loaded> {
		this.loading ??= Promise.all([llamaBackend(), this.check.approve(this.file)]).then(async ([backend]) => await load(backend, this.file, this.sequences));
		try {
			return await this.loading;
		} catch (error) {
			this.loading = undefined;
			throw error;
		}
	}
}

interface Borrowed {
	readonly sequence: LlamaContextSequence;
	readonly giveBack: () => void;
}

/** A sequence for as long as a generator lives, which a callback cannot say. */
async function borrow(pool: SequencePool<LlamaContextSequence>, signal: AbortSignal): Promise<Borrowed> {
	return await new Promise((resolve, reject) => {
		const used = pool.use('', () => 0, signal, async (sequence) => {
			await new Promise<void>((giveBack) => resolve({ sequence, giveBack }));
		});
		used.catch(reject);
	});
}
