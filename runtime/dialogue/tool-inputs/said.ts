import { compact, fold } from './folded';
import { type Language, LANGUAGES } from './number-words';
import { type DayNumber, type MeansDay, daysOf } from './spoken-days';
import { type SpokenNumber, digitsOf, numbersOf, foldedWords } from './spoken-numbers';
import { type SpokenTimes, timesOf } from './spoken-times';

/** Who leaves a choice to the agent has said it. */
export const LEFT_OPEN =
	/\b(?:any ?time|whenever|any day|asap|(?:as )?soon(?:est)? (?:as )?possible|earliest|soonest|(?:next|first) (?:available|free|open|opening|slot)|you (?:choose|pick|decide)|up to you|no preference|(?:doesn't|does not|don't|do not) (?:matter|mind|care)|whatever|surprise me|egal|irgendwann|jederzeit|so (?:bald|schnell|fruh) wie moglich|nachste\w* freie\w*|fruheste\w*|n'importe|peu importe|des que possible|au plus tot|cuando sea|cualquier\w*|lo antes posible|me da igual|qualsiasi|quando vuoi|appena possibile|prima possibile|indifferente|maakt niet uit|zo snel mogelijk|wanneer dan ook|obojetnie|wszystko jedno|jak najszybciej|kiedykolwiek|tanto faz|qualquer|mais cedo possivel|quando quiser)\b/;

/** Counted from now, or from another time. */
const RELATIVE_TIME =
	/\b(?:(?:hours?|minutes?|bit|little|much|any|even|slot|time|something|it|one|way) (?:later|earlier|sooner)|immediately|right (?:away|now)|straight away|spater|fruher|gleich|sofort|plus tard|plus tot|tout de suite|maintenant|mas tarde|ahora|enseguida|piu tardi|subito|adesso|straks|meteen|eerder|pozniej|wczesniej|zaraz|teraz|mais tarde|mais cedo|agora)\b|\b(?:in|within|dans|en|tra|fra|over|za|em|daqui a) (?:(?!for|at|on|fur|um|pour|para|per|om|voor|alle)\S+ ){0,3}(?:hours?|minutes?|stunden?|minuten?|heures?|horas?|minutos?|ora|ore|minuti|uur|uren|godzin\w*|minut\w*)\b/;

/** Turns. */
const LATELY = 6;

/** What was said, line by line, as far as it can ground an input. */
export class Said {
	/** A long call has many lines, and each call of a tool asks several times about them. */
	private readonly known: {
		byLine?: ReadonlyArray<readonly SpokenNumber[]>;
		numbers?: readonly SpokenNumber[];
		days?: readonly MeansDay[];
		digits?: string;
		letters?: string;
		words?: readonly string[];
	} = {};
	private readonly lines: readonly string[];

	/** `others`: what counts as if the caller had said it: the agent's offers, what tools gave, stated defaults. */
	constructor(
		readonly caller: readonly string[],
		others: readonly string[],
		readonly languages: readonly Language[],
		private readonly today: readonly DayNumber[],
	) {
		this.lines = [...caller, ...others];
	}

	private get numbersByLine(): ReadonlyArray<readonly SpokenNumber[]> {
		return (this.known.byLine ??= this.lines.map((line) => numbersOf(line, this.languages)));
	}

	get numbers(): readonly SpokenNumber[] {
		return (this.known.numbers ??= this.numbersByLine.flat());
	}

	get days(): readonly MeansDay[] {
		return (this.known.days ??= this.lines.flatMap((line, at) => daysOf(line, this.languages, this.today, this.numbersByLine[at])));
	}

	daysIn(value: string): readonly MeansDay[] {
		return daysOf(value, this.languages, this.today);
	}

	/** Some that a phrase can mean: a year and more around today. */
	get calendar(): DayNumber[] {
		const first = Math.min(...this.today) - 100;
		return Array.from({ length: 600 }, (_, index) => first + index);
	}

	/** `usable`: numbers that are told otherwise may not be a time. */
	times(usable: (number: SpokenNumber) => boolean): SpokenTimes {
		const all = this.lines.map((line, at) => timesOf(line, this.languages, usable, this.numbersByLine[at]));
		return {
			hours: new Set(all.flatMap(({ hours }) => [...hours])),
			minutes: new Set(all.flatMap(({ minutes }) => [...minutes])),
			whole: new Set(all.flatMap(({ whole }) => [...whole])),
			quarter: all.some(({ quarter }) => quarter),
			half: all.some(({ half }) => half),
		};
	}

	/** Figures in the order in which they were said, line by line. */
	get digits(): string {
		return (this.known.digits ??= this.lines.map((line) => digitsOf(line, this.languages)).join(' '));
	}

	get letters(): string {
		return (this.known.letters ??= this.lines.map(compact).join(' '));
	}

	get words(): readonly string[] {
		return (this.known.words ??= this.lines.flatMap(foldedWords));
	}

	get callerWords(): string[] {
		return this.caller.flatMap(foldedWords);
	}

	get callerFolded(): string {
		return this.caller.map(fold).join('\n');
	}

	/** Of late: a choice that was left open is made soon. */
	private get lately(): string {
		return this.caller.slice(-LATELY).map(fold).join('\n');
	}

	get leftOpen(): boolean {
		return LEFT_OPEN.test(this.lately);
	}

	get relativeTime(): boolean {
		return RELATIVE_TIME.test(this.lately);
	}
}

/** In which a caller may have said something; undefined: in one whose words are not known here. */
export function languagesOf(tag: string): readonly Language[] | undefined {
	const [base = ''] = tag.toLowerCase().split(/[-_]/);
	if (base === '' || base === 'auto') return LANGUAGES;
	const known = LANGUAGES.find((language) => language === base);
	return known && [...new Set<Language>([known, 'en'])];
}
