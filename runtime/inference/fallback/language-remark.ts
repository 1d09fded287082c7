import { engineInWords } from '../../contract/engines';

/**
 * The languages that an engine knows where nobody tells it one, as ISO 639 or espeak-ng name them; `unknown`: it does not say which.
 * Absent: it takes the one that it is told, or refuses it by itself.
 */
export type FixedLanguages = readonly string[] | 'unknown';

const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });
const LIST = new Intl.ListFormat('en', { type: 'conjunction' });
/** Of the nodes: nobody may have chosen it. */
const DEFAULT_LANGUAGE = 'en';

/** For whoever reads the execution, where `engine` cannot take the language of its settings. */
export function languageRemark(engine: string, does: 'understands' | 'speaks', setting: string, languages: FixedLanguages | undefined): { readonly remark?: string } {
	const wanted = codeOf(setting);
	if (wanted === undefined || languages === undefined) return {};
	const begin = `The language is ${NAMES.of(wanted)}, and ${engineInWords(engine)} `;
	if (languages === 'unknown') return wanted === DEFAULT_LANGUAGE ? {} : { remark: `${begin}cannot be told so: it ${does} the language that it was made for.` };
	const known = [...new Set(languages.flatMap((language) => codeOf(language) ?? []))];
	return known.length === 0 || known.includes(wanted) ? {} : { remark: `${begin}${does} only ${LIST.format(known.map((code) => NAMES.of(code) ?? code))}.` };
}

/** ISO 639, of two codes for one language always the same; undefined for what is no code. */
function codeOf(tag: string): string | undefined {
	const plain = tag.trim().replaceAll('_', '-');
	if (!/^[a-z]{2,3}(?:-|$)/i.test(plain)) return undefined;
	try {
		const { language } = new Intl.Locale(plain);
		return language === 'nb' ? 'no' : language;
	} catch {
		return undefined;
	}
}
