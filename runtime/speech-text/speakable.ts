import { aroundEmotionTags, EMOTION_TAG, withoutMarkup } from './emotion-tags';
import { withoutEmoji } from './emoji';
import { withoutEntities } from './entities';
import { withoutMarkdown } from './markdown';
import { sayEnglish } from './english/english';
import { tidy } from './tidy';
import { shortAddresses } from './web-address';

/** English by these is written with the day before the month. */
const DAY_FIRST = new Set(['gb', 'uk', 'au', 'nz', 'ie', 'in', 'za']);

/** No sign of its own, but between others it would hide what they are. */
const INVISIBLE = /[\u00ad\u200b\u200c\u2060\ufeff]/g;

/**
 * What voices of a language (a BCP 47 tag such as `en-GB`; '' is English) should be given of what a model wrote.
 *
 * For all languages, in this order: Markdown, code and tables; web addresses cut short; emoji; tags other than
 * those of emotion, which stay as they are; HTML entities. For English then figures and marks as people say
 * them (spoken/english.ts), line by line; other languages' engines read theirs. Last, space and marks are put
 * in order.
 *
 * The text may be any piece that SentenceSplitter gives. One line comes out: '' where nothing is left to say.
 */
export const speakableIn = (language: string): ((text: string) => string) => {
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
};
