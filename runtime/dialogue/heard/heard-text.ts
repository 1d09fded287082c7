import { LISTEN_RATE, msToSamples } from '../../audio/pcm';
import { WEIGHT_MS, speechWeight, wordShares } from './speech-weight';
import { writtenOf } from './written-words';

/** A sentence or clause given to the voice. */
export interface SpokenPiece {
	/** As the model wrote it: what SentenceSplitter gave. */
	written: string;
	/** What the voice was given for it (`speakable`); '' where nothing of it is said, and then it is whole. */
	text: string;
	/** Made so far; all of it if `whole`. */
	samples: number;
	whole: boolean;
}

/** The voice's pace by the pieces that are whole. */
function samplesPerWeight(pieces: readonly SpokenPiece[], sampleRate: number): number {
	const whole = pieces.filter((piece) => piece.whole);
	const weight = whole.reduce((sum, { text }) => sum + speechWeight(text), 0);
	if (weight === 0) return msToSamples(WEIGHT_MS, sampleRate);
	return whole.reduce((sum, { samples }) => sum + samples, 0) / weight;
}

/** A piece that is still being made is taken to get as long as its text asks for. */
function lengthOf(piece: SpokenPiece, pace: number): number {
	return piece.whole ? piece.samples : Math.max(piece.samples + 1, pace * speechWeight(piece.text));
}

function joinPieces(pieces: readonly string[]): string {
	return pieces.reduce((text, piece) => {
		if (text === '' || piece === '') return text + piece;
		return /[\u3002\uff01\uff1f\u3001\uff0c]$/.test(text) ? text + piece : `${text} ${piece}`;
	}, '');
}

/**
 * The written text that was heard when `playedSamples` of its sound were played: always the beginning of all
 * text, cut after a word that was played to its end.
 *
 * From time to spoken words: within a piece the time is shared out among words and pauses by weight (see
 * speech-weight.ts), as no voice of ours reports when it says which word. From spoken words to written ones: see
 * written-words.ts.
 *
 * Against the times that flite prints (`npm run bench word-times`: 4 voices, 20 sentences on which no weight was
 * chosen) a word's end is off by 81 ms in the median, 256 ms at the 95th percentile; the number of words is right
 * at 71 % of all moments, and at 99 % off by one at most. Letters and pauses alone are off by 95 and 278 ms.
 * Within a piece that is still being made, the guess of its length adds to that.
 *
 * `sampleRate` (of the pieces) is used while no piece is whole, to foresee how long the first one gets.
 */
export function heardText(
	pieces: readonly SpokenPiece[],
	playedSamples: number,
	sampleRate = LISTEN_RATE,
): string {
	const pace = samplesPerWeight(pieces, sampleRate);
	const heard: string[] = [];
	let anySaid = false;
	let left = playedSamples;
	for (const piece of pieces) {
		const text = piece.text.trim();
		const written = piece.written.trim();
		const length = text === '' ? 0 : lengthOf(piece, pace);
		if (left < length) {
			const share = Math.max(0, left) / length;
			const words = wordShares(text).filter((end) => end <= share).length;
			anySaid ||= words > 0;
			heard.push(writtenOf(written, text, words));
			break;
		}
		anySaid ||= text !== '';
		heard.push(written);
		left -= length;
	}
	if (!anySaid) return '';
	return joinPieces(heard.filter((text) => text !== ''));
}
