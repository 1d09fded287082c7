/** What stands in a text for an utterance that was not understood (see StreamingRecogniser.transcribeAll). */
export const UNCLEAR_MARK = '[unclear]';

/** Longer than this is no description of a sound, whatever brackets it stands in. */
const LONGEST_DESCRIPTION = 80;
/** So many words after a bracket that is never closed may be a description; more are what somebody said. */
const MOST_WORDS = 4;

const OPEN = '([{<（【［〔';
const CLOSE = ')\\]}>）】］〕';
const BRACKETED = new RegExp(`[${OPEN}]([^${OPEN}${CLOSE}]{0,${LONGEST_DESCRIPTION}})[${CLOSE}]`, 'gu');
const UNCLOSED = new RegExp(`[${OPEN}]([^${OPEN}${CLOSE}]*)$`, 'u');
const UNOPENED = new RegExp(`^([^${OPEN}${CLOSE}]*)[${CLOSE}]`, 'u');
/** `*sighs*`; not `3 * 4 * 5`. */
const STARRED = /\*+(?=\S)([^*]*)(?:(?<=\S)\*+|$)/gu;
/** A song: from a note to the next, or to the end. */
const SUNG = /[♩♪♫♬🎵🎶][^♩♪♫♬🎵🎶]*(?:[♩♪♫♬🎵🎶]|$)/gu;
/** Between two sentences; the full stop of an address ends none. */
const SENTENCE_END = /(?<=[.!?…])\s+|(?<=[。！？])/u;

/**
 * What Whisper writes where nobody speaks: the last words of the videos that it learned from. Whole sentences that
 * nobody says to an agent, without marks and in lower case.
 */
const CREDITS = [
	/^(thank you|thanks)( so much| very much| all)? for (watching|viewing)( (this|the|my|our) videos?)?( and .*)?$/,
	/^((please|like|share|and|comment|or) )*subscribe( to (my|our|the|this) channel)?( and .*| for .*)?$/,
	/^(please )?(do not|don't|dont) forget to (like|subscribe|hit)( .*)?$/,
	/^(i will |i'll |we will |we'll )?see you in (the|my|our) next videos?$/,
	/^(subtitles?|captions?|captioned|transcribed|transcription|transcripts?|subtitled|translated) (and \S+ )?(created |made |provided )?by .*$/,
	/amara\s?org/,
	/^untertitel(ung)? (der|des|im|von|aufgrund|durch|zdf|ard|swr|wdr|br|ndr|funk) ?.*$/,
	/^(vielen dank|danke)( schön)? (fürs|für das) zuschauen$/,
	/^copyright .*$/,
	/^sous-?titr\S* (réalisé\S*|fait\S*|par|de|st) ?.*$/,
	/^merci d'avoir regardé( (cette|la) vidéo)?$/,
	/^(n'oubliez pas de vous abonner|abonnez-vous)( .*)?$/,
	/^subt[íi]tulos (realizados|creados|hechos|por|en español de) ?.*$/,
	/^(muchas )?gracias por (ver|mirar)( (el|este) v[íi]deo)?$/,
	/^(no olvides )?suscr[íi]b(ete|irte)( .*)?$/,
	/^sottotitoli (creati|a cura|di|e revisione) ?.*$/,
	/^grazie per (la visione|aver guardato)( .*)?$/,
	/^legendas? (pela|por|da|adriana) ?.*$/,
	/^obrigad[oa] por (assistir|assistirem|ver)( .*)?$/,
	/^ondertitel\S* (door|van|ingediend|tv) ?.*$/,
	/^bedankt voor het kijken$/,
	/^napisy (stworzone|przygotowane|wykonane|przez) ?.*$/,
	/^(dziękuję|dzięki) za (oglądanie|obejrzenie)$/,
	/^(undertexter|textning|tekstet|danske tekster) ?(från|av|af)? ?.*$/,
	/^tack för att (ni|du) tittade$/,
	/^(редактор )?субтитр\S* ?.*$/,
	/^корректор .*$/,
	/^(продолжение следует|спасибо за просмотр|дякую за перегляд)$/,
	/^(izlediğiniz için teşekkür\S*( ederim| ederiz)?|altyazı .*)$/,
	/^(ご視聴ありがとうございました?|ご覧いただきありがとうございます|チャンネル登録.*)$/,
	/^((中文)?字幕.*|请不吝点赞.*|請不吝點贊.*|(谢谢|謝謝|感谢|感謝)(大家)?(观看|收看|觀看).*)$/,
	/^(시청해\s?주셔서 감사합니다|(mbc|kbs|sbs|ytn) 뉴스.*|구독과? ?.*부탁.*)$/,
	/^(ترجمة نانسي قنقر|اشتركوا في القناة|شكرا للمشاهدة)$/,
];

/**
 * The words of a recogniser's text, without what it writes for sounds: descriptions in brackets, closed or not, in
 * whatever language (`[Music]`, `(wind blowing`), songs between notes, marks of its own (`<|nospeech|>`, `>>`), and
 * credits of films. '' where no word is left. Brackets with figures stay: people write telephone numbers so.
 */
export function withoutNoise(text: string): string {
	const words = text
		.replace(SUNG, ' ')
		.replace(/>>+/g, ' ')
		.replace(STARRED, (whole, inside: string) => (isDescription(inside) ? ' ' : whole));
	const spoken = withoutCredits(withoutBrackets(words)).replace(/\s+/gu, ' ').trim();
	return /[\p{L}\p{N}]/u.test(spoken) ? spoken : '';
}

function withoutBrackets(text: string): string {
	const left = text.replace(BRACKETED, (whole, inside: string) => (whole === UNCLEAR_MARK || isNumber(inside) ? whole : ' '));
	if (left !== text) return withoutBrackets(left);
	return text
		.replace(UNCLOSED, (whole, inside: string) => (isNumber(inside) ? whole : isDescription(inside) ? ' ' : ` ${inside}`))
		.replace(UNOPENED, (whole, inside: string) => (isNumber(inside) ? whole : isDescription(inside) ? ' ' : `${inside} `));
}

function isNumber(inside: string): boolean {
	return /\p{N}/u.test(inside);
}

function isDescription(inside: string): boolean {
	return !isNumber(inside) && inside.length <= LONGEST_DESCRIPTION && inside.trim().split(/\s+/u).length <= MOST_WORDS;
}

function withoutCredits(text: string): string {
	const sentences = text.trim().split(SENTENCE_END);
	const spoken = sentences.filter((sentence) => !isCredit(sentence));
	return spoken.length === sentences.length ? text : spoken.join(' ');
}

function isCredit(sentence: string): boolean {
	const said = sentence.toLowerCase().replace(/[’`]/gu, "'").replace(/[^\p{L}\p{M}\p{N}'\s-]/gu, ' ').replace(/\s+/gu, ' ').trim();
	return CREDITS.some((credit) => credit.test(said));
}
