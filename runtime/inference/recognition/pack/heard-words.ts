import { type Recognition, NOTHING_HEARD } from '../engine';
import { type Beam, Decoder, type Decoded } from './decoder';
import type { Vocabulary } from './vocabulary';

/** Rows (40 ms) between two clean-ups of what the decoder remembers. */
const PRUNE_ROWS = 50;

const BLANK = 0;

/** The words of one utterance, from rows of log-probabilities. */
export class HeardWords {
	private readonly decoder: Decoder;
	private beam: Beam;
	private rows = 0;
	private silentRows = 0;

	constructor(private readonly vocabulary: Vocabulary) {
		this.decoder = new Decoder(vocabulary);
		this.beam = this.decoder.start();
	}

	hear(rows: readonly Float32Array[]): void {
		for (const row of rows) {
			this.beam = this.decoder.advance(this.beam, row);
			this.rows++;
			this.silentRows = isBlank(row) ? this.silentRows + 1 : 0;
			if (this.rows % PRUNE_ROWS === 0) this.decoder.prune(this.beam);
		}
	}

	/** Rows (40 ms) without a phone up to now. */
	get silence(): number {
		return this.silentRows;
	}

	partial(): string {
		return this.vocabulary.text(this.decoder.partial(this.beam));
	}

	/** The result if it ended after these further rows. Changes nothing. */
	final(rows: readonly Float32Array[] = []): Recognition {
		const beam = rows.reduce((grown, row) => this.decoder.advance(grown, row), this.beam);
		return judge(this.vocabulary, this.decoder.final(beam), beam.freeScore);
	}
}

function isBlank(row: Float32Array): boolean {
	const blank = row[BLANK] ?? -Infinity;
	return row.every((value) => value <= blank);
}

/**
 * An utterance is understood while its mismatch stays below the limit. The mismatch is, in nats a phone, how
 * much worse the words fit the sound than free phones would, and half of how little the word model expected
 * them. Neither tells alone: foreign speech forced onto our words either sounds wrong or makes no sentence. The
 * surprise counts by the phone, not by the word: "how for is it" has as many words as "what is on monday" has,
 * but less sound to speak for them. What any sentence costs is free, or "yes" and "no" would be too surprising.
 * The numbers were chosen on 900 own and 1900 foreign utterances: models/listen/README.md.
 */
const SURPRISE_WEIGHT = 0.5;
const SENTENCE_SURPRISE = 5;
const LIMIT = 0.85;

/** How fast the confidence falls around the limit, where it is a half. */
const SOFTNESS = 0.3;

/** `freeScore` is the score of the best phones without any lexicon. */
export function judge(vocabulary: Vocabulary, decoded: Decoded | null, freeScore: number): Recognition {
	if (!decoded || decoded.words.length === 0) return NOTHING_HEARD;
	const gap = freeScore - decoded.soundScore;
	const surprise = Math.max(0, vocabulary.surprise(decoded.words) - SENTENCE_SURPRISE);
	const mismatch = (gap + SURPRISE_WEIGHT * surprise) / vocabulary.phones(decoded.words);
	const confidence = 1 / (1 + Math.exp((mismatch - LIMIT) / SOFTNESS));
	const understood = mismatch < LIMIT;
	return { text: understood ? vocabulary.text(decoded.words) : '', understood, confidence };
}
