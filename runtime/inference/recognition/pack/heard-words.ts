import type { Recognition } from '../engine';
import { type Beam, Decoder } from './decoder';
import { judge } from './judgement';
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
	const blank = row[BLANK]!;
	return row.every((value) => value <= blank);
}
