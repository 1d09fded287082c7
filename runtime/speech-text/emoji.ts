/** "1" with a frame around it. */
const KEYCAP = /([0-9#*])\ufe0f?\u20e3/gu;

/** Pictures with all that modifies and joins them (skin tones, joiners, tags), and flags. */
const PICTURE =
	/(?:[\p{Extended_Pictographic}\p{Regional_Indicator}](?:[\ufe0e\ufe0f\p{Emoji_Modifier}\u{e0020}-\u{e007f}]|\u200d(?=\p{Extended_Pictographic}))*)+/gu;

const LONELY = /[\ufe0e\ufe0f\u20e3\p{Emoji_Modifier}]/gu;

/** :-) ;) :D <3, standing alone. */
const EMOTICON = /(?<![^\s])(?:[:;]-?[)(DPp]|<3)(?![^\s.,!?])/g;

export const withoutEmoji = (text: string): string =>
	text.replace(KEYCAP, '$1').replace(PICTURE, ' ').replace(LONELY, '').replace(EMOTICON, ' ');
