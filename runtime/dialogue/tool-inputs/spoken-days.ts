import { fold } from './folded';
import { monthOf, weekdayOf } from './month-names';
import type { Language } from './number-words';
import { type SpokenNumber, numbersOf, foldedWords } from './spoken-numbers';

/** Days since 1970, of a day without a time zone. */
export type DayNumber = number;

/** Which days a phrase may mean. */
export type MeansDay = (day: DayNumber) => boolean;

const DAY_MS = 86_400_000;

export function dayNumber(year: number, month: number, day: number): DayNumber {
	return Math.floor(Date.UTC(year, month - 1, day) / DAY_MS);
}

function partsOf(day: DayNumber): { month: number; date: number; weekday: number } {
	const at = new Date(day * DAY_MS);
	return { month: at.getUTCMonth() + 1, date: at.getUTCDate(), weekday: at.getUTCDay() };
}

/** What day it is, wherever the caller may be. */
export function todays(now: Date): DayNumber[] {
	return [...new Set([-11, 0, 13].map((hours) => Math.floor((now.getTime() + hours * 3_600_000) / DAY_MS)))];
}

/** In days from today. Phrases without accents. */
const RELATIVE: ReadonlyArray<readonly [RegExp, number, number]> = [
	[/\b(?:today|tonight|right now|this (?:morning|afternoon|evening|noon)|heute|aujourd'hui|ce soir|cet apres midi|hoy|esta (?:tarde|noche)|oggi|stasera|vandaag|vanavond|vanmiddag|dzisiaj|dzis|hoje)\b/, 0, 0],
	[/\b(?:in|within|dans|en|tra|fra|over|za|em|daqui a) (?:\S+ )?(?:\S+ )?(?:hour|hours|minutes|stunde|stunden|minuten|heure|heures|hora|horas|minutos|ora|ore|minuti|uur|uren|godzine|godziny|minut)\b/, 0, 1],
	[/\b(?:tomorrow|morgen|demain|manana|domani|jutro|amanha)\b/, 1, 1],
	[/\b(?:day after tomorrow|ubermorgen|apres demain|pasado manana|dopodomani|overmorgen|pojutrze|depois de amanha)\b/, 2, 2],
	[/\b(?:yesterday|gestern|hier|ayer|ieri|gisteren|wczoraj|ontem)\b/, -1, -1],
	[/\b(?:last night)\b/, -1, 0],
	[/\b(?:week|woche|semaine|semana|settimana|tydzien|tygodniu)\b/, -7, 14],
	[/\b(?:month|monat|mois|mes|mese|maand|miesiac|miesiacu)\b/, -31, 62],
	[/\b(?:fortnight|quinzaine|quindici giorni|quince dias)\b/, 13, 15],
];
const WEEKEND = /\b(?:weekends?|wochenende|fin de semaine|fin de semana|fine settimana|fim de semana)\b/;
const DAYS = /^(?:days?|tage?n?|jours?|dias?|giorn[io]|dag|dagen|dni|dzien)$/;
const WEEKS = /^(?:weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|tygodni\p{L}*|tydzien)$/u;
const FEASTS: ReadonlyArray<readonly [RegExp, ReadonlyArray<readonly [number, number]>]> = [
	[/\b(?:christmas|xmas|weihnacht\w*|noel|navidad|nochebuena|natale|kerst\w*|wigili\w*|natal)\b/, [[12, 24], [12, 25], [12, 26]]],
	[/\b(?:new year\S*|silvester|neujahr|nouvel an|ano nuevo|nochevieja|capodanno|nieuwjaar|sylwester\w*|ano novo)\b/, [[12, 31], [1, 1]]],
	[/\b(?:valentin\S*)\b/, [[2, 14]]],
	[/\b(?:halloween)\b/, [[10, 31]]],
];

/** What days a text speaks of. `today`: those that may be. `numbers`: those in the text. */
export function daysOf(text: string, languages: readonly Language[], today: readonly DayNumber[], numbers: readonly SpokenNumber[] = numbersOf(text, languages)): MeansDay[] {
	const folded = fold(text);
	const words = foldedWords(text);
	const days: MeansDay[] = [...writtenDays(text)];
	const about = (from: number, to: number): MeansDay => (day) => today.some((base) => day >= base + from && day <= base + to);
	for (const [phrase, from, to] of RELATIVE) if (phrase.test(folded)) days.push(about(from, to));
	if (WEEKEND.test(folded)) days.push((day) => [0, 6].includes(partsOf(day).weekday));
	for (const [feast, dates] of FEASTS) {
		if (feast.test(folded)) days.push((day) => dates.some(([month, date]) => partsOf(day).month === month && partsOf(day).date === date));
	}
	for (const word of words) {
		const weekday = weekdayOf(word);
		if (weekday !== undefined) days.push((day) => partsOf(day).weekday === weekday);
	}
	for (const { n, role, from, to } of numbers) {
		if (DAYS.test(words[to] ?? '')) days.push(about(n, n), about(-n, -n));
		if (WEEKS.test(words[to] ?? '')) days.push(about(7 * n - 7, 7 * n + 7));
		if (role === 'time' || role === 'quantity' || n < 1 || n > 31) continue;
		const month = monthNear(words, from, to);
		days.push((day) => partsOf(day).date === n && (month === undefined || partsOf(day).month === month));
	}
	return days;
}

/** "june the 21st", "21 de junio". */
function monthNear(words: readonly string[], from: number, to: number): number | undefined {
	const near = [words[to], words[to + 1], words[from - 1], words[from - 2], words[to + 2]];
	return near.map((word) => monthOf(word ?? '')).find((month) => month !== undefined);
}

/** 2026-06-21, 21.6.2026, 6/21. */
export function writtenDays(text: string): MeansDay[] {
	const days: MeansDay[] = [];
	for (const [, year, month, date] of text.matchAll(/\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/g)) {
		const meant = dayNumber(Number(year), Number(month), Number(date));
		days.push((day) => day === meant);
	}
	for (const [, one, other] of text.matchAll(/(?<![\d.:/-])(\d{1,2})[./](\d{1,2})(?![\d:])/g)) {
		const pair = [Number(one), Number(other)];
		days.push((day) => {
			const { month, date } = partsOf(day);
			return (pair[0] === month && pair[1] === date) || (pair[0] === date && pair[1] === month);
		});
	}
	return days;
}
