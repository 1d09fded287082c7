import type { SpeakSettings } from '../../contract/agent';
import { usableCores } from '../llama/threads';
import type { GgufCheck } from '../models/gguf-check';
import { type Locate, locateOnDisk, type ModelFile, modelFile } from '../models/resolve';
import type { VoiceEngine } from '../voices/voice';
import type { VoiceKind } from '../voices/voices';
import { OrpheusVoice } from './orpheus-voice';
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
		private readonly onTokens: (count: number) => void,
		private readonly locate: Locate = locateOnDisk,
	) {}

	async engine({ orpheus }: SpeakSettings): Promise<VoiceEngine> {
		const { model, decoder, ...sampling } = orpheus;
		const [tokens, snac] = await Promise.all([this.file(model, 'orpheus'), this.file(decoder, 'snac')]);
		const source = keptIn(this.sources, tokens, () => new LlamaTokenSource(tokens, this.check, this.onTokens));
		const sound = keptIn(this.decoders, snac, () => new SnacDecoder(snac.path, Math.max(1, Math.floor(usableCores() / 2))));
		return new OrpheusVoice(source, sound, sampling);
	}

	private async file(name: string, task: 'orpheus' | 'snac'): Promise<ModelFile> {
		return await modelFile(await this.locate(name, task));
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
