import { aroundEmotionTags, EMOTION_TAG, withoutMarkup } from './emotion-tags';
import { sayEnglish } from './english/english';
import { withoutMarkdown } from './markdown';

/** English by these is written with the day before the month. */
const DAY_FIRST = new Set(['gb', 'uk', 'au', 'nz', 'ie', 'in', 'za']);

/** No sign of its own, but between others it would hide what they are. */
const INVISIBLE = /[\u00ad\u200b\u200c\u2060\ufeff]/g;

/**
 * What voices of a language (a BCP 47 tag such as `en-GB`; '' is English) should be given of what a model wrote.
 *
 * For all languages, in this order: Markdown, code and tables; web addresses cut short; emoji; tags other than
 * those of emotion, which stay as they are; HTML entities. For English then figures and marks as people say
 * them (english/english.ts), line by line; other languages' engines read theirs. Last, space and marks are put
 * in order.
 *
 * The text may be any piece that SentenceSplitter gives. One line comes out: '' where nothing is left to say.
 */
export function speakableIn(language: string): ((text: string) => string) {
	const [primary = '', ...subtags] = (language || 'en').toLowerCase().split(/[-_]/);
	const options = { dayFirst: subtags.some((subtag) => DAY_FIRST.has(subtag)) };
	const sayLine = (line: string): string =>
		primary === 'en' ? aroundEmotionTags(line, (words) => sayEnglish(words, options)) : line;

	return (text) => {
		const plain = withoutEntities(
			withoutMarkup(withoutEmoji(shortAddresses(withoutMarkdown(text.replace(INVISIBLE, ''), primary)))),
		);
		const said = tidy(plain.split('\n').map(sayLine).join('\n'));
		const hasWords = /[\p{L}\p{N}]/u.test(said.replace(EMOTION_TAG, ''));
		return hasWords || said.match(EMOTION_TAG) ? said : '';
	};
}

/** Whether anything is left to say of it. */
export function isSpeakable(text: string, language = ''): boolean {
	return speakableIn(language)(text) !== '';
}

/** "1" with a frame around it. */
const KEYCAP = /([0-9#*])\ufe0f?\u20e3/gu;

/** Pictures with all that modifies and joins them (skin tones, joiners, tags), and flags. */
const PICTURE =
	/(?:[\p{Extended_Pictographic}\p{Regional_Indicator}](?:[\ufe0e\ufe0f\p{Emoji_Modifier}\u{e0020}-\u{e007f}]|\u200d(?=\p{Extended_Pictographic}))*)+/gu;

const LONELY = /[\ufe0e\ufe0f\u20e3\p{Emoji_Modifier}]/gu;

/** :-) ;) :D <3, standing alone. */
const EMOTICON = /(?<![^\s])(?:[:;]-?[)(DPp]|<3)(?![^\s.,!?])/g;

function withoutEmoji(text: string): string {
	return text.replace(KEYCAP, '$1').replace(PICTURE, ' ').replace(LONELY, '').replace(EMOTICON, ' ');
}

const SIGNS: Record<string, string> = { amp: '&', lt: ' < ', gt: ' > ', quot: '"', apos: "'", '#39': "'", nbsp: ' ' };

/** An ampersand that was itself encoded, however often, does not hide what it stands before. */
const ENTITY = /&(?:amp;){0,20}(amp|lt|gt|quot|apos|#39|nbsp);/g;

function withoutEntities(text: string): string {
	return text.replace(ENTITY, (_found, name: string) => SIGNS[name] ?? ' ');
}

/** "()" and what else of brackets holds nothing; one pass over each run, however deep. */
function withoutEmptyBrackets(run: string): string {
	const kept: string[] = [];
	for (const sign of run) {
		if (sign === ' ' && (kept.at(-1) === ' ' || kept.at(-1) === '(')) continue;
		if (sign === ')') while (kept.at(-1) === ' ') kept.pop();
		if (sign === ')' && kept.at(-1) === '(') kept.pop();
		else kept.push(sign);
	}
	return kept.join('');
}

/** Space and marks as they stand in a sentence; what was taken out of it leaves no gap and no lonely mark. */
function tidy(text: string): string {
	return text
		.replace(/\s+/g, ' ')
		.replace(/[() ]{2,}/g, withoutEmptyBrackets)
		.replace(/ +/g, ' ')
		.replace(/ (?=[,.;:?!](?:[\s,.;:?!)]|$))/g, '')
		.replace(/[,;:] ?(?=[,.;:?!])/g, '')
		.replace(/^(?:[\s,;:.?!\u2026)>#+\u2022\u2013\u2014-](?!\p{N}))+/u, '')
		.trim();
}

const ADDRESS = /<?\b(?:https?:\/\/|www\.)[^\s<>]*[^\s<>.,;:!?)\]'"]>?/gi;

/** A path that can be remembered by ear: one or two plain words, and nothing asked of the site. */
const SHORT_PATH = /^(?:\/[a-z][a-z-]{0,20}){1,2}\/?$/i;

/** The part of an address that can be said: example.com/booking. Nobody can note down the rest by ear. */
function shortAddresses(text: string): string {
	return text.replace(ADDRESS, (address) => {
		const bare = address.replace(/^<?(?:https?:\/\/)?/i, '').replace(/>$/, '');
		const [, site = '', path = ''] = /^(?:[^\s/@]*@)?(?:www\.)?([^/?#:]*)(.*)$/is.exec(bare) ?? [];
		return SHORT_PATH.test(path) ? `${site}${path.replace(/\/$/, '')}` : site;
	});
}
