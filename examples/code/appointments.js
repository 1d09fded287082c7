// Turns what callers say about days and times into dates and clock times. The tool workflows contain a copy
// of this file in their Code nodes: after a change run `node examples/code/embed.mjs`.
//
// Days are relative to `today` (YYYY-MM-DD). A weekday is the next one, and may be today; "next friday" is
// the friday of next week, and weeks start on monday. A date that has passed means next year's.
// An hour alone is taken as people book: one to seven in the afternoon, eight to eleven in the morning,
// twelve at noon, unless the caller said which part of the day.

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const NUMBERS = ('zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen ' +
	'sixteen seventeen eighteen nineteen').split(' ');
const TENS = { twenty: 20, thirty: 30, forty: 40, fifty: 50 };
const ORDINALS = ('zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth ' +
	'fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth').split(' ');
const PARTS = {
	morning: ['00:00', '11:59'],
	afternoon: ['12:00', '17:59'],
	evening: ['17:00', '23:59'],
	night: ['17:00', '23:59'],
};

/** "At 3:30 P.M." -> ["3", "30", "p", "m"] */
function wordsOf(said) {
	return String(said ?? '')
		.toLowerCase()
		.replace(/([ap])\.?\s?m\b\.?/g, ' $1 m ')
		.replace(/o'clock|o’clock/g, ' oclock ')
		.replace(/(\d)(st|nd|rd|th)\b/g, '$1 ')
		.replace(/[^a-z0-9]+/g, ' ')
		.trim()
		.split(' ')
		.filter((word) => word && !['on', 'at', 'the', 'of', 'for', 'please'].includes(word));
}

/** One or two words ("twenty", "first") from a place in a list -> { value, used }, or undefined. */
function numberAt(words, place) {
	const [word, next] = words.slice(place);
	if (/^\d{1,2}$/.test(word ?? '')) return { value: Number(word), used: 1 };
	if (word === 'a' || word === 'an') return { value: 1, used: 1 };
	if (word === 'twentieth' || word === 'thirtieth') return { value: word === 'twentieth' ? 20 : 30, used: 1 };
	const small = Math.max(NUMBERS.indexOf(word), ORDINALS.indexOf(word));
	if (small >= 0) return { value: small, used: 1 };
	if (!(word in TENS)) return undefined;
	const unit = Math.max(NUMBERS.indexOf(next), ORDINALS.indexOf(next));
	return unit > 0 && unit < 10 ? { value: TENS[word] + unit, used: 2 } : { value: TENS[word], used: 1 };
}

const dateOf = (year, month, day) => {
	const date = new Date(Date.UTC(year, month, day));
	return date.getUTCMonth() === month && date.getUTCDate() === day ? date : undefined;
};
const isoOf = (date) => date.toISOString().slice(0, 10);
const addDays = (date, days) => new Date(date.getTime() + days * 86_400_000);

/** "march third", "the third of march", "the third", "2026-03-03" -> Date, or undefined. */
function readDate(words, now) {
	const [year, month, day] = words.map(Number);
	if (words.length === 3 && year > 2000) return dateOf(year, month - 1, day);
	const monthAt = words.findIndex((word) => MONTHS.includes(word));
	const rest = words.filter((word) => !MONTHS.includes(word) && !DAYS.includes(word));
	const number = numberAt(rest, 0);
	if (!number || number.used !== rest.length) return undefined;
	// Without a month only "the third" or "the 3rd" is a day: "three" is a time in the wrong place.
	if (monthAt < 0 && NUMBERS.includes(rest.at(-1))) return undefined;
	// Two years hold every date that exists in either; 29 february may take up to eight.
	for (let ahead = 0; ahead < (monthAt < 0 ? 3 : 97); ahead++) {
		const months = monthAt < 0 ? now.getUTCMonth() + ahead : MONTHS.indexOf(words[monthAt]) + 12 * ahead;
		const found = dateOf(now.getUTCFullYear() + Math.floor(months / 12), months % 12, number.value);
		if (found && found >= now) return found;
	}
	return undefined;
}

/**
 * "tomorrow morning", "next friday", "in two weeks", "the fifth", "this weekend"
 * -> { from, to, part } with two dates (one day: the same twice) and a part of the day or ''; undefined: not understood.
 */
function readDay(said, today) {
	const now = new Date(`${today}T00:00:00Z`);
	let words = wordsOf(said).filter((word) => word !== 'in' || /\b(week|day)s?\b/.test(String(said)));
	if (words[0] === 'tonight') words = ['today', 'evening'];
	const last = words.at(-1);
	const part = last in PARTS ? last : '';
	if (part) words = words.slice(0, -1);
	if (part && (words.length === 0 || words.join(' ') === 'this')) words = ['today'];
	const text = words.join(' ');
	const monday = addDays(now, -((now.getUTCDay() + 6) % 7));
	const span = (from, to = from) => ({ from: isoOf(from), to: isoOf(to), part });

	if (text === 'today') return span(now);
	if (text === 'tomorrow') return span(addDays(now, 1));
	if (text === 'day after tomorrow') return span(addDays(now, 2));
	if (text === 'week' || text === 'this week') return span(now, addDays(monday, 6));
	if (text === 'next week') return span(addDays(monday, 7), addDays(monday, 13));
	if (text === 'weekend' || text === 'this weekend') {
		const saturday = addDays(monday, 5);
		return span(saturday < now ? now : saturday, addDays(monday, 6));
	}
	if (text === 'next weekend') return span(addDays(monday, 12), addDays(monday, 13));
	if (text === 'this month' || text === 'next month') {
		const ahead = text === 'next month' ? 1 : 0;
		const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
		const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1, 0));
		return span(ahead ? first : now, end);
	}
	const distance = words[0] === 'in' ? numberAt(words, 1) : undefined;
	const unit = distance && words.slice(1 + distance.used).join(' ');
	if (unit && /^(day|week)s?$/.test(unit)) {
		return span(addDays(now, distance.value * (unit.startsWith('week') ? 7 : 1)));
	}
	const weekday = DAYS.indexOf(words.at(-1));
	if (weekday >= 0 && words.length === 2 && words[0] === 'next') return span(addDays(monday, 7 + ((weekday + 6) % 7)));
	if (weekday >= 0 && (words.length === 1 || text === `this ${DAYS[weekday]}`)) {
		return span(addDays(now, (weekday - now.getUTCDay() + 7) % 7));
	}
	const date = readDate(words, now);
	return date && span(date);
}

/** "half past five", "ten thirty a m", "nine in the morning", "15:00", "from one to two" -> "HH:MM", or undefined. */
function readTime(said, part = '') {
	const start = String(said ?? '').replace(/\sfor\s.*$/i, '');
	let words = wordsOf(start).filter((word) => word !== 'from' && word !== 'in' && word !== 'this');
	let half = '';
	if (['tonight', ...Object.keys(PARTS)].includes(words.at(-1))) part = words.pop();
	const meridian = words.findIndex((word, place) => /^[ap]$/.test(word) && words[place + 1] === 'm');
	if (meridian > 0) {
		half = words[meridian];
		words = words.slice(0, meridian);
	}
	if (words.length === 1 && words[0] === 'noon') return '12:00';
	if (words.length === 1 && words[0] === 'midnight') return '00:00';

	let shift = 0;
	const [first, second] = words;
	if (first === 'half' && second === 'past') shift = 30;
	if (first === 'quarter' && second === 'past') shift = 15;
	if (first === 'quarter' && second === 'to') shift = -15;
	if (shift !== 0) words = words.slice(2);
	const until = words.indexOf('to');
	if (until > 0) words = words.slice(0, until);

	const hour = numberAt(words, 0);
	if (!hour || words[0] === 'a' || words[0] === 'an' || hour.value > 23) return undefined;
	let rest = words.slice(hour.used);
	if (rest[0] === 'oclock') rest = rest.slice(1);
	if (rest[0] === 'oh' || rest[0] === 'o') rest = rest.slice(1);
	const minute = rest.length === 0 ? { value: 0, used: 0 } : numberAt(rest, 0);
	if (!minute || minute.used !== rest.length || minute.value > 59 || (shift !== 0 && rest.length > 0)) return undefined;

	let hours = hour.value;
	if (hours >= 1 && hours <= 12) {
		const atNight = /evening|night/.test(part);
		const late = half ? half === 'p' : part ? part !== 'morning' : hours < 8 || hours === 12;
		hours = (hours % 12) + (late && !(atNight && hours === 12) ? 12 : 0);
	}
	const total = (hours * 60 + minute.value + shift + 1440) % 1440;
	return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

const sayNumber = (value) => {
	if (value < 20) return NUMBERS[value];
	const [name] = Object.entries(TENS).find(([, ten]) => ten === value - (value % 10));
	return value % 10 === 0 ? name : `${name} ${NUMBERS[value % 10]}`;
};

/** "15:00" -> "three p m" */
function sayTime(clock) {
	const [hours, minutes] = clock.split(':').map(Number);
	if (minutes === 0 && hours === 12) return 'noon';
	if (minutes === 0 && hours === 0) return 'midnight';
	const past = minutes === 0 ? '' : ` ${minutes < 10 ? 'oh ' : ''}${sayNumber(minutes)}`;
	return `${sayNumber(hours % 12 || 12)}${past} ${hours < 12 ? 'a' : 'p'} m`;
}

/** What names an appointment: "my dentist appointment" and "the dentist" are the same one. */
const namesOf = (title) =>
	wordsOf(title).filter((word) => !['a', 'an', 'my', 'our', 'your', 'with', 'appointment', 'appointments'].includes(word));

/** -> { what: '' } with date, clock and spoken time, or { what: 'day' | 'time' }: what could not be understood. */
function understandBooking({ title, day, time }, today) {
	const days = readDay(day, today);
	if (!days || days.from !== days.to) return { what: 'day' };
	const clock = readTime(time, days.part);
	if (!clock) return { what: 'time' };
	return { what: '', date: days.from, clock, spoken: sayTime(clock), title, day, time };
}

/** -> { what: '', from, to, earliest, latest } or { what: 'day' } */
function understandDays({ title, day }, today) {
	const days = readDay(day, today);
	if (!days) return { what: 'day' };
	const [earliest, latest] = PARTS[days.part] ?? ['00:00', '23:59'];
	return { what: '', from: days.from, to: days.to, earliest, latest, title, day };
}

/** The rows of one or more days -> what the agent reads out, in order. Over several days each time says its day. */
function tellAppointments(rows, { day, from, to }) {
	const spoken = ({ date, time_said }) =>
		from === to ? time_said : `${time_said} on ${DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]}`;
	const inOrder = [...rows].sort((a, b) => `${a.date} ${a.time}`.localeCompare(`${b.date} ${b.time}`));
	return { appointments: inOrder.map((row) => ({ title: row.title, time: spoken(row) })), day };
}

/** The row that is meant by a title: the same names, else all of either's names in the other. */
function findAppointment(rows, title) {
	const wanted = namesOf(title);
	const has = (names, others) => others.every((word) => names.includes(word));
	const named = rows.map((row) => ({ row, names: namesOf(row.title) }));
	const same = named.find(({ names }) => has(names, wanted) && has(wanted, names));
	const meant = named.filter(({ names }) => has(names, wanted) || has(wanted, names));
	return same?.row ?? (meant.length === 1 ? meant[0].row : undefined);
}
