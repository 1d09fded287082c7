/** Before a name. They never end a sentence. */
const TITLES: Record<string, string> = {
	Dr: 'Doctor',
	Mr: 'Mister',
	Mrs: 'Missus',
	Ms: 'Miz',
	Prof: 'Professor',
	Rev: 'Reverend',
	Hon: 'Honorable',
	Capt: 'Captain',
	Lt: 'Lieutenant',
	Col: 'Colonel',
	Gen: 'General',
	Sgt: 'Sergeant',
	Gov: 'Governor',
	Sen: 'Senator',
	Rep: 'Representative',
	Mt: 'Mount',
	Ft: 'Fort',
	St: 'Saint',
};

/** After a name. */
const ENDINGS: Record<string, string> = {
	St: 'Street',
	Dr: 'Drive',
	Ave: 'Avenue',
	Blvd: 'Boulevard',
	Rd: 'Road',
	Ln: 'Lane',
	Hwy: 'Highway',
	Sq: 'Square',
	Jr: 'Junior',
	Sr: 'Senior',
	Inc: 'Incorporated',
	Ltd: 'Limited',
	Corp: 'Corporation',
	Bros: 'Brothers',
	Co: 'Company',
};

/** Written with their dot, wherever they stand. */
const WORDS: Record<string, string> = {
	approx: 'approximately',
	appt: 'appointment',
	apt: 'apartment',
	dept: 'department',
	est: 'established',
	excl: 'excluding',
	ext: 'extension',
	incl: 'including',
	max: 'maximum',
	min: 'minimum',
	misc: 'miscellaneous',
	qty: 'quantity',
	ref: 'reference',
	temp: 'temperature',
	tel: 'telephone',
	ca: 'circa',
	cf: 'compare',
	etc: 'et cetera',
	al: 'and others',
};

/** Only before a number. */
const COUNTED: Record<string, string> = {
	no: 'number',
	nos: 'numbers',
	p: 'page',
	pp: 'pages',
	vol: 'volume',
	ch: 'chapter',
	fig: 'figure',
	sec: 'section',
	art: 'article',
	ext: 'extension',
};

const DAYS: Record<string, string> = {
	mon: 'Monday',
	tue: 'Tuesday',
	tues: 'Tuesday',
	wed: 'Wednesday',
	thu: 'Thursday',
	thur: 'Thursday',
	thurs: 'Thursday',
	fri: 'Friday',
	sat: 'Saturday',
	sun: 'Sunday',
};

function anyOf(table: Record<string, string>): string {
	return Object.keys(table).join('|');
}

const TITLE = new RegExp(String.raw`(?<![\p{L}\p{N}.'-])(?:(${anyOf(TITLES)})\.\s?|(Dr|Mr|Mrs|Ms|Prof|St)\s)(?=\p{Lu}[\p{L}.]|and (?:Dr|Mrs?|Ms)\b)`, 'gu');
/** "Elm St.", "Elm Dr, 5", "Smith Jr.": a capital letter before, and no name after. */
const ENDING = new RegExp(String.raw`(?<=(?:\p{Lu}[\p{L}'-]{0,30}|&|\d(?:st|nd|rd|th)),? )(${anyOf(ENDINGS)})(?:\.|(?=,|\s*$))(?!\s\p{Lu}\p{Ll}{0,30}\.?\s\p{Lu})`, 'gu');
const WORD = new RegExp(String.raw`(?<![\p{L}\p{N}.'-])(et )?(${anyOf(WORDS)})\.`, 'giu');
const BARE_WORD = /(?<![\p{L}\p{N}.'-])(etc|approx|vs)(?![\p{L}\p{N}.'-])/giu;
const COUNTED_WORD = new RegExp(String.raw`(?<![\p{L}\p{N}.'-])(${anyOf(COUNTED)})\.\s?(?=#?\d)`, 'giu');
const CAPITAL_DAY = 'Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun';
/** Not "the cat sat." nor "the Sun.". */
const DAY = new RegExp(String.raw`(?<![\p{L}\p{N}.'-]|\bthe )(${CAPITAL_DAY})(?:\.|(?=,? (?:\d|[A-Z][a-z]{2,8}\.? \d)))`, 'gu');
/** Mon-Fri, Sat – Sun. */
const DAY_RANGE = new RegExp(String.raw`(?<![\p{L}\p{N}.'-])(${CAPITAL_DAY})\.?\s?[-\u2013]\s?(${CAPITAL_DAY})(?:\.|(?![\p{L}\p{N}'-]))`, 'gu');
/** "Sat", "Sun" and "Wed" are words of their own, but not behind these. */
const BARE_DAY = new RegExp(
	String.raw`(?<![\p{L}\p{N}.'-])(?:(?<=(?<!\p{L})(?:on|this|next|last|every|each|until|till|by|from|to|before|after|through|closed|open|and|or|&|[ap]\.?m\.?),? )(${CAPITAL_DAY})|(${CAPITAL_DAY})(?= (?:&|and|or|to) (?:${CAPITAL_DAY})(?:\p{Ll}{0,5}day)?\b)|(Mon|Tues?|Thu(?:rs?)?|Fri))(?![\p{L}\p{N}'\u2019-])`,
	'gu',
);

/** A dot that ends both the short word and its sentence is kept. */
function endsToo(text: string, end: number): string {
	return /^["'\u201d\u2019)]*(?:\s*$|\s+["'\u201c\u2018(]?\p{Lu})/u.test(text.slice(end, end + 40)) ? '.' : '';
}

function dotKept(found: string, at: number, all: string): string {
	return found.endsWith('.') ? endsToo(all, at + found.length) : '';
}

function dayNamed(short: string): string {
	return DAYS[short.replace('.', '').toLowerCase()] ?? short;
}

/** As a sentence begins: Approx. -> Approximately. */
function asWritten(written: string, word: string): string {
	return /^\p{Lu}/u.test(written) ? `${word.charAt(0).toUpperCase()}${word.slice(1)}` : word;
}

/** Dr. Smith -> Doctor Smith; e.g. -> for example; No. 5 -> number 5. */
export function sayAbbreviations(text: string): string {
	return text
		.replace(/(?<![\p{L}\p{N}.])e\.\s?g\.,?/giu, (found) => asWritten(found, found.endsWith(',') ? 'for example,' : 'for example'))
		.replace(/(?<![\p{L}\p{N}.])i\.\s?e\.,?/giu, (found) => asWritten(found, found.endsWith(',') ? 'that is,' : 'that is'))
		.replace(/(?<![\p{L}\p{N}.])a\.k\.a\./giu, 'also known as')
		.replace(/(?<![\p{L}\p{N}.])vs?\.(?=\s)/giu, 'versus')
		.replace(/(?<![\p{L}\p{N}/])w\/o(?![\p{L}\p{N}])/giu, 'without')
		.replace(/(?<![\p{L}\p{N}/])w\/\s?(?=[\p{L}\d])/giu, 'with ')
		.replace(COUNTED_WORD, (found, word: string) => `${asWritten(found, COUNTED[word.toLowerCase()] ?? word)} `)
		.replace(ENDING, (_found, word: string, at: number, all: string) => `${ENDINGS[word]}${endsToo(all, at + word.length + 1)}`)
		.replace(TITLE, (_found, dotted: string | undefined, bare: string | undefined) => `${TITLES[dotted ?? bare ?? '']} `)
		.replace(DAY_RANGE, (found, first: string, last: string, at: number, all: string) => `${dayNamed(first)} to ${dayNamed(last)}${dotKept(found, at, all)}`)
		.replace(DAY, (found, _day: string, at: number, all: string) => `${dayNamed(found)}${dotKept(found, at, all)}`)
		.replace(BARE_DAY, dayNamed)
		.replace(WORD, (found, et: string | undefined, word: string, at: number, all: string) => {
			// "max." and "al." are also how a sentence about Max or Al ends.
			if (word.toLowerCase() === 'al' && et === undefined) return found;
			const dot = endsToo(all, at + found.length);
			if (dot !== '' && !/^(?:etc|al)$/i.test(word)) return found;
			return `${asWritten(found, WORDS[word.toLowerCase()] ?? word)}${dot}`;
		})
		.replace(BARE_WORD, (found) => asWritten(found, found.toLowerCase() === 'vs' ? 'versus' : (WORDS[found.toLowerCase()] ?? found)));
}
