function listed(words: string): ReadonlySet<string> {
	return new Set(words.trim().split(/\s+/));
}

/** Letter by letter, though they could be read as a word or are long. */
const SPELLED = listed(`
	AI API ATM AWS BBC BBQ CD CEO CFO CIA CIO COO CPU CSV CTO CV DIY DJ DNA DNS DOB DVD ETA EU EV FAQ FBI FYI GPA GPU GUI HDMI HIV
	HQ HR HTTP HTTPS IBM ID IDE IOT IP IPO IQ ISBN ISP IV IRS IT KFC KPI LED LLC MBA MIT MRI NBA NFL NGO NHS OCR OS PA PC PDF PR PTO QA
	ASAP RSVP SDK SEO SMS SOS SQL SSN SSO SUV TBA TBD TCP TSA TTS TV UAE UDP UI UK UN UPS URI URL USA USB UUID UV UX VAT VIP VPN
	XML YMCA IEEE EST PST CST GMT UTC CET BMW BST PDT EDT MST`);

/** Read as words by those who know them, or written large only for weight. */
const WORDS = listed(`
	PIN IBAN SAP RAM ROM SIM GIF ZIP LAN WAN
	OK IT NO YES NOT ALL AND ANY ARE ASK BAD BE BIG BUT BUY BY CAN CAR DAY DID DO END FEW FOR FUN GET GO GOD GOT HAD HAS HE HER HEY HIM
	HIS HOT HOW IF IN IS ITS JOB KEY LET LOT MAN MAY ME MOM DAD MY NEW NOR NOW OFF OLD ON ONE OR OUR OUT OWN PAY PUT RED RUN SAD SAW SAY SEE
	SET SHE SIT SO SON TEN THE TO TOO TOP TRY TWO UP US USE WAR WAS WAY WE WHO WHY WIN WON YET YOU AM AN AS AT A I OF OH AH HI BYE SIX SUN
	AGO AIR ART AGE BED BOX BOY CAT CUP CUT DOG EAT EGG EYE FAR FAT FIX FLY GAS GUN HAT HIT ICE ILL LAW LAY LEG LIE LOW MAD MAP MIX MUD NET NIX NUT
	OIL PEN PET POP POT RAW RED ROW SEA SIR SKY TAX TEA TIE TIP TOY VAN WET YEP NAH WOW UGH HMM SHH PSST BRR MR MRS MS DR ST`);

/** They cannot be told from words by their letters alone, but by what follows. */
const IT_THINGS = /^\s(?:department|support|team|staff|guy|person|admin|manager|services?|systems?|security|infrastructure|consultant|company|industry|specialist)\b/;

const TOKEN = /(?<![\p{L}\p{N}_.])(\p{Lu}{2,8})(s|'s|\u2019s)?(?![\p{L}\p{N}_])/gu;
const DOTTED = /(?<![\p{L}\p{N}.])(?:\p{L}\.){2,8}(?!\p{L}\p{Ll})/gu;
const PAIR = /(?<![\p{L}\p{N}])([A-Z]{1,3}) ?& ?([A-Z]{1,3})(?![\p{L}\p{N}])/gu;
const DOCTORATE = /(?<![\p{L}\p{N}])Ph\.?D(?:\.(?=[\s,;]{1,2}\p{Ll}|,))?(s)?(?!\p{L})/gu;

function apart(letters: string): string {
	return Array.from(letters).join(' ');
}

const CAPITALS_BEFORE = /\p{Lu}{2,}[\s,]{0,2}$/u;
const CAPITALS_AFTER = /^[\s,]{0,2}\p{Lu}{2,}/u;

/** Somebody shouts: the words beside it are capitals as well. */
function shouted(text: string, start: number, end: number): boolean {
	return CAPITALS_BEFORE.test(text.slice(Math.max(0, start - 20), start)) || CAPITALS_AFTER.test(text.slice(end, end + 20));
}

function isSpelled(letters: string, text: string, start: number, end: number): boolean {
	if (letters === 'IT') return IT_THINGS.test(text.slice(end, end + 20));
	if (letters === 'US') return /\b(?:the|in|a) $/i.test(text.slice(Math.max(0, start - 4), start));
	if (WORDS.has(letters)) return false;
	if (SPELLED.has(letters)) return true;
	if (!/[AEIOUY]/.test(letters)) return !/^(.)\1+$/.test(letters);
	return letters.length <= 3 && /^[A-Z]+$/.test(letters) && !shouted(text, start, end);
}

/** API -> A P I; U.S. -> U S; NASA, OK and SHOUTED words stay. */
export function sayAcronyms(text: string): string {
	return text
		.replace(DOCTORATE, (_found, s: string | undefined) => `P H D${s === undefined ? '' : "'s"}`)
		.replace(PAIR, (_found, first: string, second: string) => `${apart(first)} and ${apart(second)}`)
		.replace(DOTTED, (found, at: number, all: string) => {
			const ends = /^["'\u201d\u2019)]*\s*$/.test(all.slice(at + found.length));
			return `${apart(found.replace(/\./g, '').toUpperCase())}${ends ? '.' : ''}`;
		})
		.replace(TOKEN, (found, letters: string, ending: string | undefined, at: number, all: string) =>
			isSpelled(letters, all, at, at + found.length) ? `${apart(letters)}${ending === undefined ? '' : "'s"}` : found,
		);
}
