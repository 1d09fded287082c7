import { LISTEN_RATE, msToSamples } from '../../contract/audio';
import { MS_PER_WEIGHT, speechWeight } from './speech-weight';

/** A sentence or clause given to the voice. */
export interface SpokenPiece {
	text: string;
	/** Made so far; all of it if `whole`. */
	samples: number;
	whole: boolean;
}

/** A word with the marks that cling to it; in scripts without spaces, one sign. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}][^\p{L}\p{N}\s]*|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+/gu;

/** The voice's pace by the pieces that are whole. */
const samplesPerWeight = (pieces: readonly SpokenPiece[], sampleRate: number): number => {
	const whole = pieces.filter((piece) => piece.whole);
	const weight = whole.reduce((sum, { text }) => sum + speechWeight(text), 0);
	if (weight === 0) return msToSamples(MS_PER_WEIGHT, sampleRate);
	return whole.reduce((sum, { samples }) => sum + samples, 0) / weight;
};

/** A piece that is still being made is taken to get as long as its text asks for. */
const lengthOf = (piece: SpokenPiece, pace: number): number =>
	piece.whole ? piece.samples : Math.max(piece.samples + 1, pace * speechWeight(piece.text));

/** The words of one piece whose end lies within the share of it that was played. */
const heardOfPiece = (text: string, share: number): string => {
	const total = speechWeight(text);
	let end = 0;
	for (const match of text.matchAll(WORD)) {
		const word = match[0];
		const wordEnd = match.index + word.length;
		// The pause that a mark stands for comes after the word: it need not have been heard.
		const spoken = word.replace(/[^\p{L}\p{N}]+$/u, '');
		const spokenEnd = speechWeight(text.slice(0, match.index + spoken.length));
		if (spokenEnd > share * total) break;
		end = wordEnd;
	}
	return text.slice(0, end);
};

const joinPieces = (pieces: readonly string[]): string =>
	pieces.reduce((text, piece) => {
		if (text === '' || piece === '') return text + piece;
		return /[\u3002\uff01\uff1f\u3001\uff0c]$/.test(text) ? text + piece : `${text} ${piece}`;
	}, '');

/**
 * The text that was heard when `playedSamples` of its sound were played: always the beginning of all text,
 * cut after a word that was played to its end.
 *
 * Within a piece the time is shared out among its letters, digits and pauses (see speechWeight), as no
 * voice of ours reports when it says which word. Against flite's own timing (4 voices, 18 sentences, the
 * ones that the weights were chosen on) a word's end is off by 77 ms in the median, 194 ms at the 90th
 * percentile; the number of words is right at 71 % of all moments and off by one at 28 %.
 *
 * `sampleRate` (of the pieces) is used while no piece is whole, to foresee how long the first one gets.
 */
export const heardText = (
	pieces: readonly SpokenPiece[],
	playedSamples: number,
	sampleRate = LISTEN_RATE,
): string => {
	const pace = samplesPerWeight(pieces, sampleRate);
	const heard: string[] = [];
	let left = playedSamples;
	for (const piece of pieces) {
		const text = piece.text.trim();
		const length = lengthOf(piece, pace);
		if (left >= length) {
			heard.push(text);
			left -= length;
			continue;
		}
		heard.push(length > 0 ? heardOfPiece(text, Math.max(0, left) / length) : '');
		break;
	}
	return joinPieces(heard.filter((text) => text !== ''));
};
