// Guards against: a voice that stops at "Dr.", swallows or repeats text, or waits for a whole paragraph.
import fc from 'fast-check';
import { SentenceSplitter } from './sentence-splitter';

function split(text: string): string[] {
	const splitter = new SentenceSplitter();
	return [...splitter.push(text), ...splitter.flush()];
}

it.each([
	['Hello there. How are you? Fine!', ['Hello there.', 'How are you?', 'Fine!']],
	['Dr. Smith and Mrs. Jones come. Bye.', ['Dr. Smith and Mrs. Jones come.', 'Bye.']],
	['It costs 3.50 or 1,000.75 euros. Sure.', ['It costs 3.50 or 1,000.75 euros.', 'Sure.']],
	['Use it, e.g. on Monday. Or i.e. never.', ['Use it, e.g. on Monday.', 'Or i.e. never.']],
	['You are free at 3 p.m. on friday.', ['You are free at 3 p.m. on friday.']],
	['You are free at 3 p.m. Shall I book it?', ['You are free at 3 p.m.', 'Shall I book it?']],
	['Take No. 5 and vol. 2 please.', ['Take No. 5 and vol. 2 please.']],
	['No. That is wrong.', ['No.', 'That is wrong.']],
	['Well... maybe. Wait... No.', ['Well... maybe.', 'Wait...', 'No.']],
	['J. R. Smith comes. So do I. Good.', ['J. R. Smith comes.', 'So do I.', 'Good.']],
	['"Wow!" he said. "Really?" She left.', ['"Wow!" he said.', '"Really?"', 'She left.']],
	['1. Book it.\n2. Cancel it.', ['1. Book it.', '2. Cancel it.']],
	['You have:\n- Monday\n- Friday', ['You have:', '- Monday', '- Friday']],
	['Mail a.b@example.com or see example.com now.', ['Mail a.b@example.com or see example.com now.']],
	['\u4f60\u597d\u3002\u660e\u5929\u89c1\uff01\u597d\u7684', ['\u4f60\u597d\u3002', '\u660e\u5929\u89c1\uff01', '\u597d\u7684']],
	['**Done.** Next one.', ['**Done.**', 'Next one.']],
	['What?! No way.', ['What?!', 'No way.']],
	['<laugh> That was fun. <sigh> Yes.', ['<laugh> That was fun.', '<sigh> Yes.']],
	['Here:\n```js\na. B. c\n\nd. E\n```\nDone.', ['Here:', '```js\na. B. c\n\nd. E\n```', 'Done.']],
	['\u0928\u092e\u0938\u094d\u0924\u0947\u0964 \u0915\u0948\u0938\u0947 \u0939\u0948\u0902?', ['\u0928\u092e\u0938\u094d\u0924\u0947\u0964', '\u0915\u0948\u0938\u0947 \u0939\u0948\u0902?']],
	['She lives in the U.S. now. In the U.S. The rest too.', ['She lives in the U.S. now.', 'In the U.S.', 'The rest too.']],
	['Meet at 9 a.m. Monday at St. Mary. Bring it.', ['Meet at 9 a.m. Monday at St. Mary.', 'Bring it.']],
	['Acme Inc. is open. Ask for Jane Doe, Ph.D. She knows.', ['Acme Inc. is open.', 'Ask for Jane Doe, Ph.D.', 'She knows.']],
	['It weighs 3.5 kg. 4 of them, please.', ['It weighs 3.5 kg.', '4 of them, please.']],
	['', []],
	['   \n ', []],
])('splits %j', (text, pieces) => {
	expect(split(text)).toEqual(pieces);
});

it('gives a sentence away as soon as the next one begins', () => {
	const splitter = new SentenceSplitter();
	expect(splitter.push('It is booked.')).toEqual([]);
	expect(splitter.push(' A')).toEqual(['It is booked.']);
	expect(splitter.push('nything else?')).toEqual([]);
	expect(splitter.flush()).toEqual(['Anything else?']);
	expect(splitter.flush()).toEqual([]);
});

it('gives a sentence away by what is known to follow, and says that once', () => {
	const splitter = new SentenceSplitter();
	expect(splitter.push('It is booked. ', 'A')).toEqual(['It is booked.']);
	expect(splitter.push('Anything at 3 p.m. ', 'o')).toEqual([]);
	expect(splitter.push('', 'o')).toEqual([]);
	expect(splitter.push('or 4 p.m. ', 'M')).toEqual([]);
	expect(splitter.push('Monday. ', '')).toEqual([]);
	expect(splitter.flush()).toEqual(['Anything at 3 p.m. or 4 p.m. Monday.']);
});

it('makes the same pieces whatever of the text is told ahead', () => {
	const text = 'Dr. Smith comes at 3 p.m. Monday. She lives in the U.S. now, in the U.S. The rest too... yes. No. 5 is "free." Take it: 3.50!\nBye';
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
			const splitter = new SentenceSplitter();
			const ends = [...cuts.sort((a, b) => a - b), text.length];
			const pieces = ends.flatMap((end, at) => splitter.push(text.slice(ends[at - 1] ?? 0, end), text.charAt(end)));
			expect([...pieces, ...splitter.flush()]).toEqual(split(text));
		}),
	);
});

it('gives a long first sentence away by its first clause, later ones whole', () => {
	const long = 'You have three appointments on friday this week, the first of them at nine, and two later on';
	expect(split(`${long}. ${long}.`)).toEqual([
		'You have three appointments on friday this week,',
		'the first of them at nine, and two later on.',
		`${long}.`,
	]);
});

it('does not break a first clause where the mark belongs to a number or comes early', () => {
	expect(split('Yes, it costs as much as one thousand and 1,000 at 10:30 today')).toEqual([
		'Yes, it costs as much as one thousand and 1,000 at 10:30 today',
	]);
});

it('breaks what has no end at a space, and what has no space by force', () => {
	const words = split(`${'word '.repeat(100)}end`);
	expect(words.every((piece) => piece.length <= 200)).toBe(true);
	expect(words.join(' ')).toBe(`${'word '.repeat(100)}end`);
	const run = split('x'.repeat(1000));
	expect(run.join('')).toBe('x'.repeat(1000));
	expect(Math.max(...run.map(({ length }) => length))).toBeLessThanOrEqual(400);
});

it.each(['laugh', 'chuckle', 'sigh', 'cough', 'sniffle', 'groan', 'yawn', 'gasp'])('never cuts or loses <%s>', (tag) => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 420 }), fc.constantFrom('x', 'ab ', 'a, ', '. ', '\u4f60', '<'), fc.integer({ min: 1, max: 9 }), (before, unit, step) => {
			const text = `${unit.repeat(200).slice(0, before)}<${tag}>${unit.repeat(200)}`;
			const splitter = new SentenceSplitter();
			const pieces: string[] = [];
			for (let at = 0; at < text.length; at += step) pieces.push(...splitter.push(text.slice(at, at + step)));
			pieces.push(...splitter.flush());
			expect(pieces.filter((piece) => piece.includes(`<${tag}>`))).toHaveLength(1);
		}),
	);
});

it.each(['<', '.', '1', '1.', ',', '`', '!', 'A.', '<a', '"', ' ', '\n', '\u4f60', '\u3002', 'x '])(
	'gets through 50,000 signs of %j as they come, in short pieces',
	(unit) => {
		const text = unit.repeat(50_000 / unit.length);
		const splitter = new SentenceSplitter();
		const pieces: string[] = [];
		for (let at = 0; at < text.length; at += 20) pieces.push(...splitter.push(text.slice(at, at + 20)));
		pieces.push(...splitter.flush());
		expect(bare(pieces.join(''))).toBe(bare(text));
		expect(Math.max(0, ...pieces.map(({ length }) => length))).toBeLessThanOrEqual(400);
	},
);

it('keeps an emotion tag whole where it breaks by force', () => {
	const pieces = split(`${'x'.repeat(197)}<laugh>${'y'.repeat(400)}`);
	expect(pieces.some((piece) => piece.includes('<laugh>'))).toBe(true);
});

const fragment = fc.constantFrom(
	...['Hello', 'Dr', 'p.m', '3', '.', '. ', '? ', '!', '...', ' ', '\n', ', ', ': ', '"', ')', 'e.g.', 'a', 'B', '1', '`', '```'],
	...['\u4f60\u597d', '\u3002', '\uff0c', '<laugh>', '**', '\ud83d\ude00', 'a-rather-long-word-without-any-space-in-it', 'word '.repeat(30), 'x'.repeat(39)],
);
const anyText = fc.oneof(fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')), fc.string({ unit: 'grapheme', maxLength: 80 }));

function bare(text: string): string {
	return text.replace(/\s+/g, '');
}

it('loses and adds nothing but space', () => {
	fc.assert(
		fc.property(anyText, (text) => {
			const pieces = split(text);
			expect(bare(pieces.join(''))).toBe(bare(text));
			expect(pieces.every((piece) => piece !== '' && piece === piece.trim())).toBe(true);
		}),
		{ numRuns: 2000 },
	);
});

it('splits alike however the text is dealt out', () => {
	fc.assert(
		fc.property(anyText, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (text, lengths) => {
			const splitter = new SentenceSplitter();
			const pieces: string[] = [];
			for (let at = 0, turn = 0; at < text.length; turn++) {
				const length = lengths[turn % lengths.length] ?? 1;
				pieces.push(...splitter.push(text.slice(at, at + length)));
				at += length;
			}
			expect([...pieces, ...splitter.flush()]).toEqual(split(text));
		}),
		{ numRuns: 2000 },
	);
});

it('waits for the rest of a fence that begins where a piece would be cut', () => {
	const text = `${'word '.repeat(38)}last Hello\`\`\`code\`\`\``;
	for (const at of [text.indexOf('`') + 1, text.indexOf('`') + 2]) {
		const splitter = new SentenceSplitter();
		expect([...splitter.push(text.slice(0, at)), ...splitter.push(text.slice(at)), ...splitter.flush()]).toEqual(split(text));
	}
});
