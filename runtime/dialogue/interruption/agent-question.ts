import { spokenWords } from '../turn-taking/spoken-words';

const SENTENCE = /[^.?!\u3002\uff1f\uff01]+[.?!\u3002\uff1f\uff01]*["'\u201d\u2019)\]]*/gu;

function isQuestion(sentence: string | undefined): boolean {
	return sentence !== undefined && /[?\uff1f]["'\u201d\u2019)\]]*\s*$/u.test(sentence);
}

/** With this much of the next sentence heard, the question before it is no longer what is answered. */
const QUESTION_FADES_AFTER_WORDS = 3;

/**
 * Is a question what the caller would be answering now?
 *
 * `text` is all that the agent says in the utterance, `heard` the part of it that was played; without
 * `heard`, all of it. People answer before the question mark, so a question that is being asked counts.
 */
export function asksQuestion(text: string, heard: string = text): boolean {
	const sentences = text.trim().match(SENTENCE) ?? [];
	const heardLetters = heard.replace(/\s+/g, '').length;
	if (heardLetters === 0) return false;

	let lettersBefore = 0;
	for (const [index, sentence] of sentences.entries()) {
		const letters = sentence.replace(/\s+/g, '').length;
		if (lettersBefore + letters >= heardLetters) {
			if (isQuestion(sentence)) return true;
			const share = (heardLetters - lettersBefore) / letters;
			if (share >= 1) return false;
			const wordsHeard = spokenWords(sentence).length * share;
			return wordsHeard < QUESTION_FADES_AFTER_WORDS && isQuestion(sentences[index - 1]);
		}
		lettersBefore += letters;
	}
	return isQuestion(sentences.at(-1));
}
