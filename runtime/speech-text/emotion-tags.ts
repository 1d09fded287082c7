const NAMES = 'laugh|chuckle|sigh|cough|sniffle|groan|yawn|gasp';

/** What the Orpheus voices do instead of say. To their engine each is one sign: never split, never changed. */
export const EMOTION_TAG = new RegExp(`<(?:${NAMES})>`, 'gi');

/** Any other element, closing tag or comment: HTML, SSML. */
const OTHER_TAG = new RegExp(String.raw`<(?!(?:${NAMES})>)[/!?]?[a-zA-Z-][^<>]*>`, 'gi');
/** What is left of a tag that was cut, so that nothing closes it later. */
const OPEN_TAG = new RegExp(String.raw`<(?!(?:${NAMES})>)(?=[/!?]?[a-zA-Z-])`, 'gi');

/** Without tags but those of emotion; the text between them stays. */
export function withoutMarkup(text: string): string {
	return text.replace(OTHER_TAG, ' ').replace(OPEN_TAG, ' ');
}

/** For voices that would say "laugh" aloud. */
export function withoutEmotionTags(text: string): string {
	return text
		.replace(EMOTION_TAG, ' ')
		.replace(/ {2,}/g, ' ')
		.replace(/ (?=[,.;:?!\u2026])/g, '')
		.trim();
}

/** Changes only what stands between emotion tags. */
export function aroundEmotionTags(text: string, change: (words: string) => string): string {
	const tags = text.match(EMOTION_TAG) ?? [];
	return text
		.split(EMOTION_TAG)
		.map((words, index) => `${change(words)}${tags[index] ?? ''}`)
		.join('');
}
