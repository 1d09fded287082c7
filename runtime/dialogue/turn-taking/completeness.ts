import { hasDetail } from './spoken-details';
import { spokenWords } from './spoken-words';

export interface Completeness {
	/** `brief`: an answer of a few words. */
	kind: 'complete' | 'brief' | 'open' | 'unfinished';
	/** What spoke for it; shown in monitoring. */
	cue: string;
	/** Only the mark at the end of the text did. */
	byMark?: boolean;
	/** Nobody goes on after it as a rule. */
	closes?: boolean;
}

function set(words: string): ReadonlySet<string> {
	return new Set(words.split(/\s+/).filter(Boolean));
}

/** English. In another language only punctuation is a cue, and silence does the rest. */
const SHORT_ANSWERS: ReadonlySet<string> = new Set([
	...set('yes yeah yep no nope ok okay sure right correct exactly stop wait hello hi hey'),
	...["that's right", 'that is right', "that's correct", 'that is correct', "that's wrong", "that's all"],
	...['that is all', 'hold on', 'never mind', 'go ahead', 'do it', 'confirm it', 'cancel it', 'cancel that'],
]);

/** "yes confirm it" is as short an answer as "confirm it". */
const ANSWER_LEAD = /^(?:yes|yeah|no|ok|okay|sure) /;

const FAREWELLS = set('thanks goodbye bye');

/** After these somebody who falls silent is looking for the next word. */
const LEADING_WORDS = set(`
	and or but so because if when while than to at on in for with without of from by about into until
	between the a an my your his her our their um uh uhm er erm hmm i'm i'd i'll we'd it's what's
	is are was were am would could will can should i we he she they
	whether which whose whenever although unless though as per via another every several been being does has wondering wanted wants spelled
`);

/** "i think that", "the last time we spoke you said that": not "i will take that". */
const LEADING_THAT = /\b(?:said|says?|think|thought|know|knew|heard|hope|sure|so|is|was) that$/;
/** Half a sentence, as long as nobody is spoken of in another half. */
const CONDITION = /^(?:if|when|whenever|because|since|while|unless|although) /;
const SOMEBODY = /\b(?:i|you|he|she|it|we|they|i'm|i'd|i'll|we'd|it's|that's|please)\b/g;
const NUMBER_LEADS = set('half quarter past number digits');

const MONTHS = set(`
	january february march april may june july august september october november december
`);

const DIGITS = set('zero oh one two three four five six seven eight nine');

const ARRANGING = set('book schedule reschedule move set add make change put arrange plan');

const DAYS = set(
	'today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday morning afternoon evening',
);

/** "three p m", "six o'clock", "half past five", "in the morning": nothing is missing from such a time. */
const WHOLE_TIMES = [
	/\b(?:[ap] m|[ap]\.m|pm|o'clock|noon|midnight|tonight|in the (?:morning|afternoon|evening))$/,
	// "i am" is no time of day.
	/\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|thirty) ?am$/,
	/\b(?:half|quarter) (?:past|to) \p{L}+$/u,
	/\d:\d\d$/,
];

const BRIEF_WORDS = 3;
/** "yes it is", "who is he" end where their last word would otherwise promise more. */
const WHOLE_ENDINGS = /\b(?:(?:yes|no) (?:it|i|he|she|they|we) (?:is|am|are|can|will|would|could)|how are you)$/;

const SENTENCE_END = /[.?!\u3002\uff01\uff1f]["'\u201d\u2019)]*$/;
const PAUSE_MARK = /(?:\.\.|\u2026|[,;:\u2014\u3001\uff0c-])$/;

/** In a language whose words we do not know, their marks and figures are cues, and no more: "a", "on" and "me" end sentences somewhere. */
function byMarks(text: string, words: string[]): Completeness {
	if (PAUSE_MARK.test(text)) return { kind: 'unfinished', cue: 'ends in a pause mark' };
	if (words.length >= 3 && words.slice(-3).every((word) => /^\d+$/.test(word))) return { kind: 'unfinished', cue: 'spells out' };
	if (SENTENCE_END.test(text)) return { kind: 'complete', cue: 'sentence end', byMark: true };
	return { kind: 'open', cue: 'silence' };
}

function spellsOut(words: string[]): boolean {
	return words.length >= 3 &&
	words.slice(-3).every((word) => DIGITS.has(word) || /^(?:\p{L}|\d+)$/u.test(word));
}

function unfinishedCue(text: string, words: string[]): string | undefined {
	const last = words.at(-1) ?? '';
	const before = words.at(-2) ?? '';
	const said = words.join(' ');
	if (PAUSE_MARK.test(text)) return 'ends in a pause mark';
	if (LEADING_WORDS.has(last)) return `ends in "${last}"`;
	if (NUMBER_LEADS.has(last)) return `ends in "${last}"`;
	if (MONTHS.has(last) && before === 'on') return 'month without a day';
	if (before === 'the' && (last === 'twenty' || last === 'thirty')) return `ends in "${last}"`;
	if (LEADING_THAT.test(said)) return 'ends in "that"';
	if (CONDITION.test(said) && (said.match(SOMEBODY) ?? []).length < 2) return 'only a condition';
	if (spellsOut(words) && !/\b\d{4} \d\d \d\d$/.test(said)) return 'spells out';
	return undefined;
}

/**
 * Does this sound like all of what somebody wants to say? A judgement on few words with few rules: it
 * only moves the end of turn by some hundred milliseconds, it never decides alone.
 */
export function completeness(text: string, agentAskedAQuestion: boolean, english = true): Completeness {
	const trimmed = text.trim();
	const words = spokenWords(trimmed);
	const said = words.join(' ');
	const last = words.at(-1) ?? '';

	if (words.length === 0) return { kind: 'open', cue: 'silence' };
	if (!english) return byMarks(trimmed, words);
	if (SHORT_ANSWERS.has(said.replace(ANSWER_LEAD, ''))) return { kind: 'complete', cue: 'short answer' };
	if (WHOLE_TIMES.some((time) => time.test(said))) {
		// Which day? Of what was spoken of before, nobody says it again.
		const known = words.includes('it') || hasDetail('day', said);
		const arranged = agentAskedAQuestion || (known && words.some((word) => ARRANGING.has(word)));
		return arranged ? { kind: 'complete', cue: 'whole time' } : { kind: 'open', cue: 'silence' };
	}
	if (DAYS.has(last) && hasDetail('time', said) && words.some((word) => ARRANGING.has(word))) return { kind: 'complete', cue: 'day and time' };
	if (WHOLE_ENDINGS.test(said)) return { kind: 'complete', cue: 'whole sentence' };
	const unfinished = unfinishedCue(trimmed, words);
	if (unfinished !== undefined) return { kind: 'unfinished', cue: unfinished };
	if (SENTENCE_END.test(trimmed)) return { kind: 'complete', cue: 'sentence end', byMark: true };
	const closes = FAREWELLS.has(last) || /\bthank you(?: very much)?$/.test(said);
	if (closes || (last === 'please' && said !== 'please')) return { kind: 'complete', cue: 'closing word', closes };
	if (agentAskedAQuestion && words.length <= 3 && DAYS.has(last)) {
		return { kind: 'complete', cue: 'answers the question' };
	}
	if (agentAskedAQuestion && words.length <= BRIEF_WORDS) return { kind: 'brief', cue: 'brief answer' };
	return { kind: 'open', cue: 'silence' };
}
