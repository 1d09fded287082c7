import { withoutEmoji } from './emoji';
import { withoutMarkdown } from './markdown';
import { saidShort } from './web-address';

/** What the Orpheus voices do instead of say. Other engines strip them. */
const EMOTION_TAG = /<(?:laugh|chuckle|sigh|cough|sniffle|groan|yawn|gasp)>/gi;

const TAG = /<(?!(?:laugh|chuckle|sigh|cough|sniffle|groan|yawn|gasp)>)\/?[a-zA-Z][^<>]*>/gi;

const ENTITIES: Record<string, string> = {
	'&amp;': ' and ',
	'&lt;': ' less than ',
	'&gt;': ' greater than ',
	'&quot;': '"',
	'&#39;': "'",
	'&nbsp;': ' ',
};

/**
 * What a voice should be given of what a model wrote: without Markdown, emoji and markup, addresses said
 * short. Emotion tags stay whole. '' where nothing is left to say. Numbers, times and currency are the
 * voice's own matter.
 */
export const speakable = (text: string): string => {
	const plain = withoutEmoji(saidShort(withoutMarkdown(text)))
		.replace(TAG, ' ')
		.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? ' ')
		.replace(/\s+/g, ' ')
		.replace(/ ([,.;:?!])(?=\s|$)/g, '$1')
		.replace(/\(\s*\)|\[\s*\]/g, '')
		.trim();
	const hasWords = /[\p{L}\p{N}]/u.test(plain.replace(EMOTION_TAG, ''));
	return hasWords || plain.match(EMOTION_TAG) ? plain : '';
};
