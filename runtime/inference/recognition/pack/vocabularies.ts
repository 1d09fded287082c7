import type { TranscribeSettings } from '../../../contract/agent-settings';
import { languageOf } from '../language';
import { expectedWords } from './expected-words';
import type { ListenPack } from './pack';
import { Vocabulary } from './vocabulary';

/** Sets of hints in use at a time; a vocabulary with its look-ahead takes up to 10 MB. */
const KEPT = 8;

/** One vocabulary for each set of hints: the callers of a workflow share it. */
export class Vocabularies {
	private readonly kept = new Map<string, Vocabulary>();

	constructor(private readonly pack: ListenPack) {}

	/** Throws VOICE_ERR_BAD_REQUEST for another language or hints that cannot be read. */
	for({ language, hints }: TranscribeSettings): Vocabulary {
		languageOf(language, ['en']);
		const key = JSON.stringify(hints);
		const vocabulary = this.kept.get(key) ?? new Vocabulary(this.pack, expectedWords(hints, this.pack));
		this.kept.delete(key);
		this.kept.set(key, vocabulary);
		if (this.kept.size > KEPT) {
			const [oldest] = this.kept.keys();
			if (oldest !== undefined) this.kept.delete(oldest);
		}
		return vocabulary;
	}
}
