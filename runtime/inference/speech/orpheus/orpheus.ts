import type { SpeakSettings } from '../../../contract/agent-settings';
import type { GgufCheck } from '../../models/gguf-check';
import { type Locate, type ModelFile, modelFile } from '../../models/resolve';
import type { Scheduler } from '../../scheduler/scheduler';
import type { VoiceEngine } from '../engine';
import type { VoiceKind } from '../voices';
import { OrpheusVoice } from './orpheus-voice';
import { snacPlace } from './snac/card/card-trial';
import { SnacDecoder } from './snac/snac-decoder';
import { LlamaTokenSource } from './tokens/llama-source';
import { ORPHEUS_VOICES } from './voices';

/** Orpheus on this machine: models are loaded on first use and shared by all callers. */
export class Orpheus implements VoiceKind {
	readonly description = 'Natural and with feeling. Speaks in real time on a GPU only.';
	readonly voices = ORPHEUS_VOICES;
	private readonly sources = new Map<string, LlamaTokenSource>();
	private readonly decoders = new Map<string, SnacDecoder>();

	constructor(
		private readonly check: Pick<GgufCheck, 'approve'>,
		private readonly scheduler: Scheduler,
		private readonly onTokens: (count: number) => void,
		private readonly locate: Locate,
		/** So much of the file has been read: 0 to 1. */
		private readonly onRead?: (share: number) => void,
	) {}

	/** The decoder of this machine, also for tokens that a server writes. */
	readonly snacFor = async (decoder: string): Promise<SnacDecoder> => {
		const file = await modelFile(await this.locate(decoder, 'snac'), '.onnx');
		return keptIn(this.decoders, file, () => new SnacDecoder(file.path, undefined, true, { find: async (path) => await snacPlace(process.env, path) }));
	};

	async engine({ orpheus }: SpeakSettings): Promise<VoiceEngine> {
		const { model, decoder, ...sampling } = orpheus;
		const [tokens, sound] = await Promise.all([modelFile(await this.locate(model, 'orpheus')), this.snacFor(decoder)]);
		const source = keptIn(this.sources, tokens, () => new LlamaTokenSource(tokens, this.check, this.scheduler, this.onTokens, undefined, this.onRead));
		return new OrpheusVoice(source, sound, sampling);
	}
}

/** One for each version of a file. */
function keptIn<T>(kept: Map<string, T>, file: ModelFile, make: () => T): T {
	const key = `${file.path}\n${file.version}`;
	const known = kept.get(key);
	if (known) return known;
	const made = make();
	kept.set(key, made);
	return made;
}
