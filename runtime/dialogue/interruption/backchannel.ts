import { spokenWords } from '../turn-taking/spoken-words';

/** What people say to show that they listen. Longest first, as "i see" begins with a word of its own. */
const BACKCHANNELS = [
	...['i see', 'got it', 'uh huh', 'mm hmm', 'mm hm', 'm hm', 'of course'],
	...['mhm', 'mmhm', 'mm', 'hmm', 'hm', 'yeah', 'yep', 'yes', 'right', 'ok', 'okay', 'sure', 'wow'],
	...['really', 'ah', 'oh', 'um', 'uh', 'er'],
].map((phrase) => phrase.split(' '));

/** After a question these are answers. */
const ANSWERS = new Set([
	...['uh huh', 'mm hmm', 'mm hm', 'm hm', 'mhm', 'mmhm', 'of course'],
	...['yeah', 'yep', 'yes', 'right', 'ok', 'okay', 'sure'],
]);

const STOP = /\b(?:stop|wait|no|hold on|cancel)\b/;

/**
 * - `none`: no word;
 * - `backchannel`: signs of listening only, or the beginning of one ("got" of "got it");
 * - `words`: something that wants an answer;
 * - `stop`: asks the agent to stop, whatever comes after.
 */
export type FloorClaim = 'none' | 'backchannel' | 'words' | 'stop';

function startsWith(words: string[], phrase: string[]): boolean {
	return phrase.every((word, at) => words[at] === word);
}

function begins(words: string[], phrase: string[]): boolean {
	return words.length < phrase.length && words.every((word, at) => phrase[at] === word);
}

/** What the text so far says about who should have the floor. */
export function floorClaim(text: string, agentAskedAQuestion: boolean): FloorClaim {
	let words = spokenWords(text);
	if (words.length === 0) return 'none';
	if (STOP.test(words.join(' '))) return 'stop';

	while (words.length > 0) {
		const rest = words;
		const phrase = BACKCHANNELS.find((candidate) => startsWith(rest, candidate));
		if (phrase === undefined) {
			return BACKCHANNELS.some((candidate) => begins(rest, candidate)) ? 'backchannel' : 'words';
		}
		if (agentAskedAQuestion && ANSWERS.has(phrase.join(' '))) return 'words';
		words = words.slice(phrase.length);
	}
	return 'backchannel';
}
