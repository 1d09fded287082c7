import { heardText, type SpokenPiece } from '../../dialogue/heard/heard-text';
import { SentenceSplitter } from '../../speech-text/sentence-splitter';
import { speakableIn } from '../../speech-text/speakable';

/** What the voice is given for a sentence; '' where nothing of it is said. */
type WrittenPiece = Pick<SpokenPiece, 'written' | 'text'>;

/** The text of an utterance on its way to the voice: sentence by sentence, with how much sound was made of each. */
export class SpokenText {
	private readonly splitter = new SentenceSplitter();
	private readonly speakable: (written: string) => string;
	private readonly queue: WrittenPiece[] = [];
	private readonly pieces: SpokenPiece[] = [];

	/** @param language BCP 47 tag of the text */
	constructor(language: string) {
		this.speakable = speakableIn(language);
	}

	/** Cut anywhere. `next`: the sign after it, where that is known. */
	write(text: string, next = ''): void {
		this.enqueue(this.splitter.push(text, next));
	}

	/** What is written so far is spoken, even if no sentence ends there. */
	flush(): void {
		this.enqueue(this.splitter.flush());
	}

	/** What is not given to the voice yet will not be. */
	drop(): void {
		this.queue.length = 0;
	}

	/** Sentences so far, given to the voice or not. */
	get count(): number {
		return this.pieces.length + this.queue.length;
	}

	/** All that is written is given to the voice. */
	get isGiven(): boolean {
		return this.queue.length === 0;
	}

	/** Given to the voice, and still being made. */
	get inTheMaking(): number {
		return this.pieces.filter(({ whole }) => !whole).length;
	}

	/** Gives the next sentence; one of which nothing is said (`text` '') is kept only for what was heard. */
	next(): { readonly piece: number; readonly text: string } | undefined {
		const next = this.queue.shift();
		if (!next) return undefined;
		const piece = this.pieces.push({ ...next, samples: 0, whole: next.text === '' }) - 1;
		return { piece, text: next.text };
	}

	has(piece: number): boolean {
		return this.pieces[piece] !== undefined;
	}

	/** The voice made `samples` of sound more of it. */
	soundMade(piece: number, samples: number): void {
		const made = this.pieces[piece];
		if (made) made.samples += samples;
	}

	/** All of it is made: `samples` in all. */
	isMade(piece: number, samples: number): void {
		Object.assign(this.pieces[piece] ?? {}, { samples, whole: true });
	}

	/** @param played samples of all its sound, at `sampleRate` */
	heard(played: number, sampleRate: number): string {
		return heardText(this.pieces, played, sampleRate);
	}

	private enqueue(sentences: readonly string[]): void {
		for (const written of sentences) this.queue.push({ written, text: this.speakable(written) });
	}
}
