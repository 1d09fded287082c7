import { fold } from './folded';
import { LANGUAGES } from './number-words';

/** 1 to 12 and 0 (Sunday) to 6, by their names in every language; also as they stand in a date ("3 listopada"). */
const months = new Map<string, number>();
const weekdays = new Map<string, number>();

for (const language of LANGUAGES) {
	const alone = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
	const inDate = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', timeZone: 'UTC' });
	const weekday = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
	for (let month = 0; month < 12; month++) {
		const day = new Date(Date.UTC(2024, month, 7));
		months.set(fold(alone.format(day)), month + 1);
		months.set(fold(inDate.formatToParts(day).find(({ type }) => type === 'month')?.value ?? ''), month + 1);
	}
	for (let day = 0; day < 7; day++) {
		const name = fold(weekday.format(new Date(Date.UTC(2024, 0, 7 + day))));
		// Portuguese: "segunda-feira" is said without its second half.
		weekdays.set(name.split(' ')[0] ?? name, day);
	}
}
// Polish, as they stand behind "w".
for (const [name, day] of [['srode', 3], ['sobote', 6], ['niedziele', 0], ['piatku', 5], ['czwartku', 4], ['wtorku', 2], ['poniedzialku', 1]] as const) weekdays.set(name, day);
['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'].forEach((name, day) => weekdays.set(name, day));
['jan', 'feb', 'mar', 'apr', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].forEach((name, index) => months.set(name, index < 4 ? index + 1 : index + 2));

export function isMonth(word: string): boolean {
	return months.has(word);
}

export function monthOf(word: string): number | undefined {
	return months.get(word);
}

/** 0 is Sunday; "fridays" is Friday. */
export function weekdayOf(word: string): number | undefined {
	return weekdays.get(word) ?? weekdays.get(word.replace(/s$/, ''));
}
