import type { ToolCall, ToolSpec } from '../../contract/chat';
import type { TurnEntry } from '../history/transcript-entry';
import { type InputKind, type ToolInput, inputsOf, nameWords, record } from './input-kind';
import { type AskBack, asAskBack } from './ask-back-result';
import type { Language } from './number-words';
import { READING_WORDS } from './reading-words';
import { Said, languagesOf } from './said';
import { todays } from './spoken-days';
import { missingOf, wasSaid } from './was-said';

/** What the caller has said so far, and who else has said what. */
export interface CallSoFar {
	readonly entries: readonly TurnEntry[];
	/** The turn that is being answered. */
	readonly turn: number;
	/** What was heard in it, where a node has changed it before it became the prompt. */
	readonly heard: string;
	readonly instructions: string;
	/** BCP 47 tag of what the caller speaks; '' where it may be any. */
	readonly language: string;
	/** Turns of which words may be missing or wrong. */
	readonly doubtful: (turn: number) => boolean;
	/** The model asks about the first input that it is told of, and forgets the others. */
	readonly oneAtATime: boolean;
	readonly now: Date;
}

/** So often an input is asked about, where the line is bad and another value comes each time. */
const MOST_QUESTIONS = 2;

/** In so many turns a caller is asked back about one call. Then it is run as it comes: they have said it in some way by now. */
const MOST_TURNS = 3;

/** Mostly all of it was said in these. More lines only ground more: the whole call is read where something is missing. */
const LATELY_TURNS = 4;

/** Heard wrong, they would be other words than the choices. */
const CHOSEN = new Set<InputKind>(['boolean', 'choice']);

/**
 * Whether a call has to wait for the caller, because they have not said one of its inputs, or because it was heard on a bad
 * line only. undefined: it may be run.
 *
 * What was not said is asked for once, and then taken as it comes: the caller has answered, perhaps in words that are not
 * understood here. Within one turn it is refused as often as the model writes it: nobody has answered meanwhile.
 */
export function askBack(call: ToolCall, { parameters }: Pick<ToolSpec, 'parameters'>, soFar: CallSoFar): AskBack | undefined {
	const languages = languagesOf(soFar.language);
	if (READING_WORDS.has(nameWords(call.name)[0] ?? '') || !languages || !soFar.entries.every(isLatin)) return undefined;
	const all = inputsOf(parameters, call.arguments);
	if (all.length === 0) return undefined;
	const asked = askedBefore(soFar.entries, call.name);
	const said = saidOnce(soFar, languages);
	const lately = saidOnce({ ...soFar, entries: soFar.entries.slice(-LATELY_TURNS) }, languages);
	const find = (sureOnly: boolean): ToolInput[] => all.filter((input) => ![lately, said].some((grounds) => wasSaid(input, grounds(input, sureOnly), { all })));
	const earlier = asked.filter(({ turn }) => turn < soFar.turn);
	if (new Set(earlier.map(({ turn }) => turn)).size >= MOST_TURNS) return undefined;
	const unsaid = find(false);
	const few = (inputs: readonly ToolInput[]): readonly ToolInput[] => (soFar.oneAtATime ? inputs.slice(0, 1) : inputs);
	const notSaid = few(unsaid.filter(({ name }) => !earlier.some(({ status, inputs }) => status === 'not said' && inputs.includes(name))));
	const isDoubtful = soFar.entries.some(({ turn }) => turn !== undefined && soFar.doubtful(turn)) || soFar.doubtful(soFar.turn);
	const doubted = (isDoubtful ? find(true) : []).filter((input) => !CHOSEN.has(input.kind) && !unsaid.includes(input) && isUnsettled(input, earlier));
	const unclear = soFar.oneAtATime && notSaid.length > 0 ? [] : few(doubted);
	if (notSaid.length > 0) {
		const what = namesOf(notSaid, (input) => missingOf(input, said(input, false), { all }));
		const also = unclear.length > 0 ? ` Ask too whether you heard the ${namesOf(unclear)} right: the line was bad.` : '';
		return { status: 'not said', what, inputs: [...notSaid, ...unclear].map(({ name }) => name), note: `Nothing was done: the caller has not said the ${what}. Ask the caller for it.${also}` };
	}
	if (unclear.length === 0) return undefined;
	const what = namesOf(unclear);
	return { status: 'unclear', what, inputs: unclear.map(({ name }) => name), note: `Nothing was done: the line was bad when the caller said the ${what}. Say what you heard, and ask whether it is right.` };
}

/** The caller was not asked about this very value, and not too often about others. */
function isUnsettled({ name, value }: ToolInput, earlier: readonly Question[]): boolean {
	const about = (questions: readonly Question[]): Question[] => questions.filter(({ inputs }) => inputs.includes(name));
	if (about(earlier).some(({ values }) => values.get(name) === JSON.stringify(value))) return false;
	return new Set(about(earlier).map(({ turn }) => turn)).size < MOST_QUESTIONS;
}

/** "day and time of start". */
function namesOf(inputs: readonly ToolInput[], missing: (input: ToolInput) => readonly string[] = () => []): string {
	return inputs
		.map((input) => {
			const name = nameWords(input.name.split('.').at(-1) ?? '').join(' ') || input.name;
			const parts = input.kind === 'dayAndTime' ? missing(input) : [];
			return parts.length === 0 ? name : `${parts.join(' and ')} of ${name}`;
		})
		.join(', ');
}

interface Question {
	readonly status: AskBack['status'];
	readonly turn: number;
	readonly inputs: readonly string[];
	readonly values: ReadonlyMap<string, string>;
}

/** What was asked back since the tool was last run: another booking is looked at anew. */
function askedBefore(entries: readonly TurnEntry[], tool: string): Question[] {
	let questions: Question[] = [];
	for (const { turn = 0, assistant } of entries) {
		for (const { name, arguments: given, result } of assistant.flatMap(({ calls }) => calls)) {
			if (name !== tool) continue;
			const answer = asAskBack(result?.value);
			if (!answer) {
				if (!isRefusal(result?.value)) questions = [];
				continue;
			}
			const values = new Map(inputsOf({}, given).map((input) => [input.name, JSON.stringify(input.value)]));
			for (const input of answer.inputs) if (input in given) values.set(input, JSON.stringify(given[input]));
			questions.push({ status: answer.status, turn, inputs: answer.inputs, values });
		}
	}
	return questions;
}

/** Not run for another reason. */
function isRefusal(value: unknown): boolean {
	return typeof record(value).code === 'string';
}

/** Only where these words are known can they be missed. */
function isLatin({ user }: TurnEntry): boolean {
	return user === undefined || !/(?!\p{Script=Latin})\p{L}/u.test(user);
}

/** Days and hours stand in many instructions ("open from nine to five"); those that are to be taken unasked are called so. */
const STATES_DEFAULT = /\b(?:defaults?|unless|otherwise|always|usual(?:ly)?|last time|standard|if (?:not|none|nothing|no)|standardmäßig|immer|sonst|par défaut|toujours|sinon|por defecto|siempre|si no|predefinit\w*|sempre|altrimenti|standaard|altijd|anders|domyślnie|zawsze|por padrão)\b/i;

/** What may ground an input. Many inputs have the same grounds, and reading a long call takes long. */
function saidOnce(soFar: CallSoFar, languages: readonly Language[]): (input: ToolInput, sureOnly: boolean) => Said {
	const known = new Map<string, Said>();
	return ({ kind, description }, sureOnly) => {
		const isMoment = kind === 'day' || kind === 'time' || kind === 'dayAndTime';
		const stated = [...sentences(soFar.instructions).filter((sentence) => !isMoment || STATES_DEFAULT.test(sentence)), ...sentences(description).filter((sentence) => STATES_DEFAULT.test(sentence))];
		const key = JSON.stringify([sureOnly, stated]);
		const said = known.get(key) ?? saidIn(soFar, languages, stated, sureOnly);
		known.set(key, said);
		return said;
	};
}

function saidIn({ entries, turn, heard, instructions, doubtful, now }: CallSoFar, languages: readonly Language[], stated: readonly string[], sureOnly: boolean): Said {
	const caller: string[] = [];
	const others: string[] = [];
	for (const entry of entries) {
		const unsure = sureOnly && entry.turn !== undefined && doubtful(entry.turn);
		if (entry.user !== undefined && !unsure) caller.push(entry.user);
		// What the model says before it calls the tool, nobody has agreed to.
		if (entry.turn !== turn) others.push(...entry.assistant.map(({ content }) => content));
		for (const { result } of entry.assistant.flatMap(({ calls }) => calls)) {
			if (result && !asAskBack(result.value) && !isRefusal(result.value)) others.push(typeof result.value === 'string' ? result.value : JSON.stringify(result.value) ?? '');
		}
	}
	if (heard !== '' && !(sureOnly && doubtful(turn))) caller.push(heard);
	return new Said(caller, [...others, ...stated], languages, [...todays(now), ...statedDays(instructions)]);
}

function sentences(text: string): string[] {
	return text.split(/(?<=[.!?;])\s+|\n/);
}

/** "Today is 2026-11-28": the day that the model counts from. */
function statedDays(instructions: string): number[] {
	return [...instructions.matchAll(/\b\d{4}-\d\d-\d\d/g)].map(([date]) => Math.floor(Date.parse(date) / 86_400_000)).filter(Number.isFinite);
}
