/**
 * Kokoro 1.0's numbers for the phonemes that espeak-ng writes, punctuation and tones, as `config.json` of the model has
 * them; its exports come without it. Each stretch counts on from the number before it. Kokoro 0.19 has the same but for
 * capitals and some quotation marks, which espeak-ng does not write.
 */
const STRETCHES: ReadonlyArray<readonly [from: number, symbols: string]> = [
	[0, '$;:,.!?'],
	[9, '—…"()“” \u0303ʣʥʦʨᵝꭧAI'],
	[31, 'O'],
	[33, 'Q'],
	[35, 'ST'],
	[39, 'W'],
	[41, 'Yᵊabcdef'],
	[50, 'hijklmnopqrstuvwxyzɑɐɒæ'],
	[75, 'βɔɕç'],
	[80, 'ɖðʤə'],
	[85, 'ɚɛɜ'],
	[90, 'ɟ'],
	[92, 'ɡ'],
	[99, 'ɥ'],
	[101, 'ɨɪʝ'],
	[110, 'ɯɰŋɳɲɴø'],
	[118, 'ɸθœ'],
	[123, 'ɹ'],
	[125, 'ɾɻ'],
	[128, 'ʁɽʂʃʈʧ'],
	[135, 'ʊʋ'],
	[138, 'ʌɣɤ'],
	[142, 'χʎ'],
	[147, 'ʒʔ'],
	[156, 'ˈˌː'],
	[162, 'ʰ'],
	[164, 'ʲ'],
	[169, '↓'],
	[171, '→↗↘'],
	[177, 'ᵻ'],
];

/** As sherpa-onnx reads it: a symbol and its number in each line. */
export function kokoroTokens(): string {
	return STRETCHES.flatMap(([from, symbols]) => [...symbols].map((symbol, at) => `${symbol} ${from + at}\n`)).join('');
}
