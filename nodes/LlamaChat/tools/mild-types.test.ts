// Guards against: a tool that is refused because a model wrote "2" for 2, and one that runs with a guessed value.
import fc from 'fast-check';
import { withMildTypes } from './mild-types';

const SCHEMA = {
	type: 'object',
	properties: {
		text: { type: 'string' },
		count: { type: 'integer' },
		price: { type: 'number' },
		urgent: { type: 'boolean' },
		city: { type: 'string', enum: ['Paris', 'Rome'] },
		size: { enum: [1, 2, '3'] },
		tags: { type: 'array', items: { type: 'string' } },
		place: { type: 'object', properties: { floor: { type: 'integer' } } },
		maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
		either: { type: ['string', 'null'] },
		ambiguous: { anyOf: [{ type: 'number' }, { type: 'boolean' }] },
	},
	required: ['text', 'count'],
};

it.each<[Record<string, unknown>, Record<string, unknown>]>([
	[{ count: '2' }, { count: 2 }],
	[{ count: ' 2 ' }, { count: 2 }],
	[{ price: '-2.50' }, { price: -2.5 }],
	[{ urgent: 'true' }, { urgent: true }],
	[{ urgent: 'False' }, { urgent: false }],
	[{ text: 42 }, { text: '42' }],
	[{ text: true }, { text: 'true' }],
	[{ text: 0.1 }, { text: '0.1' }],
	[{ city: 'paris' }, { city: 'Paris' }],
	[{ city: ' ROME ' }, { city: 'Rome' }],
	[{ size: '2' }, { size: 2 }],
	[{ size: 3 }, { size: '3' }],
	[{ price: null }, {}],
	[{ price: '' }, {}],
	[{ city: '' }, {}],
	[{ tags: null, place: null }, {}],
	[{ tags: '["a","b"]' }, { tags: ['a', 'b'] }],
	[{ tags: 'a' }, { tags: ['a'] }],
	[{ tags: [1, 2] }, { tags: ['1', '2'] }],
	[{ text: ['only'] }, { text: 'only' }],
	[{ place: '{"floor":"3"}' }, { place: { floor: 3 } }],
	[{ place: { floor: '3' } }, { place: { floor: 3 } }],
	[{ maybe: '2' }, { maybe: 2 }],
	[{ maybe: null, either: null }, { maybe: null, either: null }],
	[{ either: 7 }, { either: '7' }],
	[{ unknown: '2' }, { unknown: '2' }],
])('%j becomes %j', (given, wanted) => expect(withMildTypes(given, SCHEMA)).toEqual(wanted));

it.each<Record<string, unknown>>([
	{ count: 'two' }, { count: '2 people' }, { count: '1,000' }, { count: '2.5' }, { count: '007' }, { count: '12345678901234567890' }, { count: '0x10' },
	{ count: '' }, { count: null }, { text: null }, { count: 2.5 }, { count: true }, { urgent: 1 }, { urgent: 'yes' }, { price: 'NaN' }, { price: '1e3' },
	{ city: 'Pari' }, { city: 'Paris, Rome' }, { size: 4 }, { tags: 'a, b' }, { tags: 7 }, { text: ['a', 'b'] }, { text: { a: 1 } }, { place: 'third' }, { text: 12345678901234567890 },
])('%j stays as it is, for the tool to refuse', (given) => expect(withMildTypes(given, SCHEMA)).toEqual(given));

it('changes nothing that is right, and takes any schema', () => {
	fc.assert(
		fc.property(fc.record({ text: fc.string({ minLength: 1 }), count: fc.integer(), price: fc.double({ noNaN: true }), urgent: fc.boolean(), city: fc.constantFrom('Paris', 'Rome'), tags: fc.array(fc.string()) }), (values) => {
			expect(withMildTypes(values, SCHEMA)).toEqual(values);
		}),
	);
	fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (values, schema) => void withMildTypes(values, schema)));
	fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (value, field) => void withMildTypes({ x: value }, { properties: { x: field } })));
});
