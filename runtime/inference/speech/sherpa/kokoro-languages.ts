/** Kokoro's voices are named after what they speak: `af_heart` is American, `if_sara` Italian. By the names of espeak-ng, which reads for them. */
const OF_PREFIX: Readonly<Record<string, string>> = { a: 'en-us', b: 'en', e: 'es', f: 'fr', h: 'hi', i: 'it', j: 'ja', p: 'pt-br', z: 'cmn' };
/** Of a text's language, ISO 639. */
const OF_CODE: Readonly<Record<string, string>> = { en: 'en-us', es: 'es', fr: 'fr', hi: 'hi', it: 'it', ja: 'ja', pt: 'pt-br', zh: 'cmn', cmn: 'cmn' };

/** Which languages a model reads, by espeak-ng's names. */
export interface ReadingLanguages {
	/** Each voice's own, by its number; '' where the model's word lists know it. */
	readonly own: readonly string[];
	/** Of those that the model knows, the ones that can be read with what is on this machine. */
	readonly readable: readonly string[];
}

/** The language that a voice of that name speaks. */
export function languageOfVoice(name: string): string {
	return OF_PREFIX[/^([a-z])[fm]_/.exec(name)?.[1] ?? ''] ?? 'en-us';
}

/** What espeak-ng can read for Kokoro. Chinese it cannot: sherpa-onnx has word lists of its own for that. */
export const KOKORO_LANGUAGES: readonly string[] = Object.values(OF_PREFIX).filter((language) => language !== 'cmn');

/**
 * How a voice whose own language is `own` reads a text in `tag` (BCP 47; '' where nobody has said it). A British voice
 * stays British, and a language that Kokoro was not made for is left to the voice.
 */
export function languageToRead(tag: string, own: string): string {
	const [code = ''] = tag.toLowerCase().split(/[-_]/);
	const wanted = OF_CODE[code];
	if (wanted === undefined) return own;
	const same = own === '' ? /^(?:en|cmn)/.test(wanted) : own.slice(0, 2) === wanted.slice(0, 2);
	return same ? own : wanted;
}
