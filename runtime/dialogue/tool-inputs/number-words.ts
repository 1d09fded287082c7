import { fold } from './folded';

/** The languages that the recognisers of the catalogue offer. */
export type Language = 'de' | 'en' | 'es' | 'fr' | 'it' | 'nl' | 'pl' | 'pt';
export const LANGUAGES: readonly Language[] = ['de', 'en', 'es', 'fr', 'it', 'nl', 'pl', 'pt'];

/** From 0 on, and from 20 on by tens. */
const COUNTED: Record<Language, readonly [string, string]> = {
	en: [
		'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
		'twenty thirty forty fifty sixty seventy eighty ninety',
	],
	de: [
		'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn',
		'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig',
	],
	nl: [
		'nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien',
		'twintig dertig veertig vijftig zestig zeventig tachtig negentig',
	],
	fr: [
		'zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf',
		'vingt trente quarante cinquante soixante septante huitante nonante',
	],
	es: [
		'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve',
		'veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa',
	],
	it: [
		'zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove',
		'venti trenta quaranta cinquanta sessanta settanta ottanta novanta',
	],
	pl: [
		'zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście',
		'dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt',
	],
	pt: [
		'zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove',
		'vinte trinta quarenta cinquenta sessenta setenta oitenta noventa',
	],
};

/** Other words for the same. */
const ALSO: Record<Language, Readonly<Record<string, number>>> = {
	en: { oh: 0, both: 2, couple: 2, pair: 2, dozen: 12, nought: 0, nil: 0 },
	de: { ein: 1, eine: 1, einen: 1, einem: 1, einer: 1, zwo: 2, beide: 2, beiden: 2, paar: 2, dutzend: 12, zweit: 2, dritt: 3, viert: 4, fünft: 5, sechst: 6 },
	nl: { één: 1, beide: 2, paar: 2, dozijn: 12 },
	fr: { une: 1, 'quatre-vingt': 80, 'quatre-vingts': 80, douzaine: 12, dizaine: 10, quinzaine: 15 },
	es: { un: 1, una: 1, veintiún: 21, ambos: 2, par: 2, docena: 12 },
	it: { un: 1, una: 1, entrambi: 2, paio: 2, dozzina: 12 },
	pl: { jedna: 1, jedno: 1, jedną: 1, dwie: 2, dwóch: 2, dwoje: 2, trzech: 3, troje: 3, czterech: 4, czworo: 4, pięciu: 5, sześciu: 6, siedmiu: 7, ośmiu: 8, dziewięciu: 9, dziesięciu: 10, para: 2, tuzin: 12 },
	pt: { uma: 1, duas: 2, quatorze: 14, dezasseis: 16, dezassete: 17, dezanove: 19, ambos: 2, par: 2, dúzia: 12 },
};

const ORDINALS: Record<Language, Readonly<Record<string, number>>> = {
	en: { first: 1, second: 2, third: 3, fifth: 5, eighth: 8, ninth: 9, twelfth: 12, twentieth: 20, thirtieth: 30 },
	de: { erst: 1, dritt: 3, siebt: 7, acht: 8 },
	nl: { eerste: 1, derde: 3, achtste: 8 },
	fr: { premier: 1, première: 1, second: 2, seconde: 2 },
	es: { primero: 1, primera: 1, primer: 1, segundo: 2, tercero: 3 },
	it: { primo: 1, prima: 1, secondo: 2, terzo: 3 },
	pl: {},
	pt: { primeiro: 1, primeira: 1 },
};

/** Polish counts hours and days by ordinals, which are inflected. */
const POLISH_ORDINALS = 'pierwsz drug trzeci czwart piąt szóst siódm ósm dziewiąt dziesiąt jedenast dwunast trzynast czternast piętnast szesnast siedemnast osiemnast dziewiętnast dwudziest'.split(' ');
const POLISH_ENDINGS = ['a', 'ej', 'y', 'ego', 'e', 'ą', 'ym', 'i', 'iego', 'iej', 'im', ''];

/** How the ten and its unit stand together; both with their marks taken off. */
const TOGETHER: Record<Language, (ten: string, unit: string) => readonly string[]> = {
	en: (ten, unit) => [`${ten} ${unit}`],
	de: (ten, unit) => [`${unit === 'eins' ? 'ein' : unit}und${ten}`],
	nl: (ten, unit) => [`${unit}en${ten}`],
	fr: (ten, unit) => [`${ten} ${unit}`, `${ten} et ${unit}`],
	es: (ten, unit) => [`${ten} y ${unit}`, `${ten} ${unit}`, `${ten.slice(0, -1)}i${unit}`],
	it: (ten, unit) => [`${ten}${unit}`, `${ten.slice(0, -1)}${unit}`],
	pl: (ten, unit) => [`${ten} ${unit}`],
	pt: (ten, unit) => [`${ten} e ${unit}`, `${ten} ${unit}`],
};

export interface NumberWords {
	readonly cardinals: ReadonlyMap<string, number>;
	readonly ordinals: ReadonlyMap<string, number>;
}

/** Phrases without marks and hyphens, 0 to 99 and the ordinals to 31. */
export function numberWords(language: Language): NumberWords {
	return NUMBER_WORDS[language];
}

function make(language: Language): NumberWords {
	const [small, tens] = COUNTED[language].map((line) => line.split(' ').map(fold)) as [string[], string[]];
	const cardinals = new Map<string, number>(small.map((word, n) => [word, n]));
	tens.forEach((ten, index) => {
		const value = (index + 2) * 10;
		cardinals.set(ten, value);
		for (let unit = 1; unit < (language === 'fr' ? 20 : 10); unit++) {
			for (const phrase of TOGETHER[language](ten, small[unit] ?? '')) if (value + unit < 100) setNew(cardinals, phrase, value + unit);
		}
	});
	if (language === 'fr') for (let unit = 1; unit < 20; unit++) cardinals.set(`quatre vingt ${small[unit] ?? ''}`, 80 + unit);
	for (const [word, n] of Object.entries(ALSO[language])) cardinals.set(fold(word), n);
	return { cardinals, ordinals: ordinalsOf(language, cardinals) };
}

function ordinalsOf(language: Language, cardinals: ReadonlyMap<string, number>): Map<string, number> {
	const ordinals = new Map<string, number>();
	const endings: Partial<Record<Language, readonly string[]>> = {
		en: ['th'],
		de: ['te', 'ten', 'ter', 'tes', 'ste', 'sten', 'ster', 'stes'],
		nl: ['de', 'ste'],
	};
	for (const [word, n] of cardinals) for (const ending of endings[language] ?? []) ordinals.set(`${word}${ending}`, n);
	for (const [word, n] of Object.entries(ORDINALS[language])) {
		for (const ending of language === 'de' ? ['e', 'en', 'er', 'es'] : ['']) ordinals.set(fold(`${word}${ending}`), n);
	}
	if (language === 'en') {
		for (const ten of ['twenty', 'thirty']) {
			for (const [word, n] of [...ordinals]) if (n < 10) ordinals.set(`${ten} ${word}`, (ten === 'twenty' ? 20 : 30) + n);
		}
	}
	if (language === 'pl') {
		for (const ending of POLISH_ENDINGS) {
			POLISH_ORDINALS.forEach((stem, index) => ordinals.set(fold(stem + ending), index + 1));
			for (const [index, stem] of POLISH_ORDINALS.slice(0, 9).entries()) {
				for (const ten of POLISH_ENDINGS) ordinals.set(fold(`dwudziest${ten} ${stem}${ending}`), 21 + index);
			}
			ordinals.set(fold(`trzydziest${ending}`), 30);
		}
	}
	return ordinals;
}

function setNew(map: Map<string, number>, key: string, value: number): void {
	if (!map.has(key)) map.set(key, value);
}

/** Made before the first call: a caller waits while a tool's inputs are checked. */
const NUMBER_WORDS = Object.fromEntries(LANGUAGES.map((language) => [language, make(language)])) as Record<Language, NumberWords>;
