/** What an input of a tool holds, as far as it can be told from what was said whether it was said. */
export type InputKind = 'day' | 'time' | 'dayAndTime' | 'number' | 'email' | 'phone' | 'identifier' | 'person' | 'choice' | 'boolean';

export interface ToolInput {
	readonly name: string;
	readonly kind: InputKind;
	readonly value: unknown;
	/** What the schema says about it, and about its default. */
	readonly description: string;
	readonly fallback: unknown;
	readonly choices: readonly unknown[];
}

type Words = ReadonlySet<string>;

/** By the words of the input's name, in the languages of the recognisers. */
const NAMED: ReadonlyArray<readonly [InputKind, Words]> = [
	['email', set('email mail emailaddress correo courriel')],
	['phone', set('phone telephone mobile telefon tel telefono telefone telefoon handy portable cell fax whatsapp phonenumber')],
	['dayAndTime', set('datetime timestamp start begin begins starts end ends until when startdatetime enddatetime starttime endtime termin')],
	['day', set('date day weekday datum tag fecha dia data giorno dzien jour dag startdate enddate')],
	['time', set('time hour uhrzeit zeit hora heure ora godzina czas tijd')],
	['identifier', set('id code reference ref zip zipcode postcode postal plz iban account order invoice booking ticket serial pin')],
	['person', set('firstname lastname surname fullname vorname nachname nom prenom apellido nombre cognome nome naam imie nazwisko')],
];
const PERSON_OF = set('customer caller client patient guest person user contact first last full attendee your host');
/** What is named so is no date, though its name has the word. */
const OTHER = set('timezone zone timeout duration minutes calendar type format count title note notes description summary text message comment reason');

/** The values of a call that may need to have been said, one by one, out of lists and groups. */
export function inputsOf(parameters: unknown, args: Readonly<Record<string, unknown>>): ToolInput[] {
	const properties = record(record(parameters).properties);
	return Object.entries(args).flatMap(([name, value]) => leavesOf(name, record(properties[name]), value));
}

function leavesOf(name: string, schema: Record<string, unknown>, value: unknown): ToolInput[] {
	if (Array.isArray(value)) return value.flatMap((each) => leavesOf(name, record(schema.items), each));
	if (typeof value === 'object' && value !== null) return inputsOf(schema, record(value)).map((input) => ({ ...input, name: `${name}.${input.name}` }));
	const choices = 'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? (schema.enum as unknown[]) : [];
	const kind = kindOf(name, schema, choices, value);
	return kind ? [{ name, kind, value, description: text(schema.description), fallback: schema.default, choices }] : [];
}

function kindOf(name: string, schema: Record<string, unknown>, choices: readonly unknown[], value: unknown): InputKind | undefined {
	if (typeof value === 'boolean') return 'boolean';
	if (choices.length > 0) return 'choice';
	const words = nameWords(name);
	if (typeof value === 'number') return words.includes('hour') ? 'time' : 'number';
	if (typeof value !== 'string') return undefined;
	const seen = kindByLook(value);
	if (seen) return seen;
	const byFormat: Readonly<Record<string, InputKind>> = { email: 'email', date: 'day', time: 'time', 'date-time': 'dayAndTime' };
	const format = byFormat[text(schema.format)];
	if (format) return format;
	const other = words.some((word) => OTHER.has(word));
	const named = other ? undefined : NAMED.find(([, names]) => words.some((word) => names.has(word)) || names.has(words.join('')));
	if (named) return named[0];
	// Types are mild: "4" is 4.
	if (/^-?\d+(?:[.,]\d+)?$/.test(value.trim())) return 'number';
	if (other) return undefined;
	const ofPerson = words.some((word) => PERSON_OF.has(word)) || /\b(?:person|caller|customer|patient|guest|client)\b/i.test(text(schema.description));
	return words.includes('name') && ofPerson ? 'person' : undefined;
}

/** Whatever its name is. */
function kindByLook(value: string): InputKind | undefined {
	const given = value.trim();
	if (/^\S+@\S+\.\p{L}{2,}$/u.test(given)) return 'email';
	if (/^\d{4}-\d\d-\d\d$/.test(given)) return 'day';
	if (/^\d{4}-\d\d-\d\d[T ]\d/.test(given)) return 'dayAndTime';
	if (/^\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?$/i.test(given)) return 'time';
	return undefined;
}

export function nameWords(name: string): string[] {
	return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').split(/[^a-z]+/).filter(Boolean);
}

function set(words: string): Words {
	return new Set(words.split(' '));
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

export function record(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
