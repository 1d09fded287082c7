// Guards against: words that are spelled and letters that are read as a word.
import { sayAcronyms } from './acronyms';

it.each([
	['the API and the FBI', 'the A P I and the F B I'],
	['the US economy', 'the U S economy'],
	['the IT department', 'the I T department'],
	['two PDFs', "two P D F's"],
	["the CEO's desk", "the C E O's desk"],
	['the U.S. and the U.K.', 'the U S and the U K.'],
	['made in the U.S.A.', 'made in the U S A.'],
	['Q&A and AT&T', 'Q and A and A T and T'],
	['a Ph.D. in art', 'a P H D in art'],
	['PhDs', "P H D's"],
	['HTML and CSS', 'H T M L and C S S'],
])('says %j', (written, said) => {
	expect(sayAcronyms(written)).toBe(said);
});

it.each(['NASA and JSON', 'OK, I see', 'NO, NOT NOW', 'tell US', 'do IT', 'SHOUT THIS LOUD', 'a PIN and a SIM', 'IBAN'])('leaves %j alone', (written) => {
	expect(sayAcronyms(written)).toBe(written);
});
