// Guards against: a turn that ends for a comma, and a tool that runs with less, or other, than the model wrote.
import fc from 'fast-check';
import { readToolArguments } from './arguments';

const BOOK = { parameters: { type: 'object', properties: { title: { type: 'string' }, hour: { type: 'number' }, guests: { type: 'array' } } } };
const DENTIST = { title: 'dentist', hour: 9 };

it.each([
	['a comma too many', '{"title": "dentist", "hour": 9,}'],
	['a fence', '```json\n{"title": "dentist", "hour": 9}\n```'],
	['single quotes', "{'title': 'dentist', 'hour': 9}"],
	['curly quotes', '{“title”: “dentist”, “hour”: 9}'],
	['names without quotes', '{title: "dentist", hour: 9}'],
	['JSON as a text', '"{\\"title\\": \\"dentist\\", \\"hour\\": 9}"'],
	['JSON as a text, twice', JSON.stringify(JSON.stringify(JSON.stringify(DENTIST)))],
	['broken JSON as a text', JSON.stringify("{'title': 'dentist', 'hour': 9,}")],
	['words behind', '{"title": "dentist", "hour": 9} That is all.'],
	['words before', 'Here you are: {"title": "dentist", "hour": 9}'],
	['a bracket too many', '{"title": "dentist", "hour": 9}}'],
	['twice the same', '{"title":"dentist","hour":9}{"title":"dentist","hour":9}'],
	['a list of one', '[{"title": "dentist", "hour": 9}]'],
	['a wrapper', '{"arguments": {"title": "dentist", "hour": 9}}'],
	['a comma that is missing', '{"title": "dentist" "hour": 9}'],
	['line breaks', '{\n\t"title": "dentist",\n\t"hour": 9\n}\n'],
	['only the last bracket missing', '{"hour": 9, "title": "dentist"'],
])('mends %s', (_what, text) => expect(readToolArguments(text, BOOK)).toEqual({ values: DENTIST }));

it('reads Python\'s values', () => {
	expect(readToolArguments("{'title': None, 'guests': [True, False, 'Ann O\\'Hara']}", BOOK)).toEqual({ values: { title: null, guests: [true, false, "Ann O'Hara"] } });
});

it('keeps every digit', () => {
	expect(readToolArguments('{"title": 12345678901234567890, "hour": 9,}', BOOK)).toEqual({ values: { title: '12345678901234567890', hour: 9 } });
	expect(readToolArguments("{'title': 007}", BOOK)).toEqual({ values: { title: '007' } });
});

it.each([
	['a text that is cut', '{"title": "den'],
	['a number that may go on', '{"title": "dentist", "hour": 1'],
	['a name without a value', '{"title": "dentist", "hour"'],
	['what ends with a comma', '{"title": "dentist",'],
	['what ends with a colon', '{"title": "dentist", "hour":'],
	['a list that is cut', '{"guests": ["Ann", "Bo'],
	['a list that ends with a comma', '{"guests": ["Ann",'],
	['JSON as a text that is cut', '"{\\"title\\": \\"den'],
	['two different objects', '{"title": "dentist"}{"title": "haircut"}'],
	['two objects in a list', '[{"title": "dentist"}, {"title": "haircut"}]'],
	['an apostrophe among single quotes', "{'title': 'Ann's dentist', 'hour': 9}"],
	['a value that is missing', '{"title": , "hour": 9}'],
	['names that no tool has', '{"title": "a", "b", "hour": 9,}'],
	['words', 'the dentist at nine'],
	['a text', '"dentist"'],
	['a number', '9'],
	['a list', '[1]'],
])('gives %s back, with what was written', (_what, text) => {
	expect(readToolArguments(text, BOOK)).toEqual({ problem: expect.stringContaining(text) });
});

it('gives back what a limit has cut, even where it could be mended', () => {
	expect(readToolArguments('{"title": "dentist"', BOOK, true)).toEqual({ problem: expect.stringContaining('end in the middle') });
	expect(readToolArguments('', BOOK, true)).toHaveProperty('problem');
	expect(readToolArguments('{"title": "dentist"}', BOOK, true)).toEqual({ values: { title: 'dentist' } });
});

it('never shortens, loses or invents a value, wherever the text is cut', () => {
	const value = fc.record({ title: fc.string({ minLength: 1 }), hour: fc.integer(), guests: fc.array(fc.oneof(fc.string(), fc.boolean()), { maxLength: 3 }) });
	fc.assert(
		fc.property(value, fc.nat(200), fc.boolean(), (given, cut, cutOff) => {
			const text = JSON.stringify(given);
			const read = readToolArguments(text.slice(0, cut), BOOK, cutOff);
			if (!('values' in read)) return;
			for (const [name, part] of Object.entries(read.values)) {
				// A list may be closed where its last entry is whole.
				if (name === 'guests') expect(given.guests.slice(0, (part as unknown[]).length)).toEqual(part);
				else expect(part).toEqual(given[name as 'title' | 'hour']);
			}
			if (cutOff && cut < text.length) expect(read.values).toEqual({});
		}),
		{ numRuns: 1000 },
	);
});

it('throws for nothing', () => {
	fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]"\',:\\ab1 \n') })), (text) => void readToolArguments(text, BOOK)), { numRuns: 2000 });
});
