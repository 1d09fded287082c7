// Guards against: names and short words that are read as they are written.
import { sayAbbreviations } from './abbreviations';

it.each([
	['Dr. Smith and Mrs. Jones', 'Doctor Smith and Missus Jones'],
	['Dr Smith', 'Doctor Smith'],
	['Mr. and Mrs. Jones', 'Mister and Missus Jones'],
	['St. John lives at 5 Elm St.', 'Saint John lives at 5 Elm Street.'],
	['5th Ave. is long', '5th Avenue is long'],
	['No. 5, vol. 2 and p. 12', 'Number 5, volume 2 and page 12'],
	['e.g. this', 'for example this'],
	['i.e., that', 'that is, that'],
	['E.g. this', 'For example this'],
	['and so on, etc. Then more.', 'and so on, et cetera. Then more.'],
	['approx. 5', 'approximately 5'],
	['max. 4 people', 'maximum 4 people'],
	['Smith et al. say so', 'Smith and others say so'],
	['Mon-Fri', 'Monday to Friday'],
	['Sat \u2013 Sun', 'Saturday to Sunday'],
	['Open Mon. to Fri.', 'Open Monday to Friday.'],
	['this Wed at 2', 'this Wednesday at 2'],
	['Wed and Thu.', 'Wednesday and Thursday.'],
	['closed Sat & Sun', 'closed Saturday & Sunday'],
	['w/ milk, w/o sugar', 'with milk, without sugar'],
	['you vs. me', 'you versus me'],
	['Smith & Co. is here', 'Smith & Company is here'],
	['Acme Inc.', 'Acme Incorporated.'],
	['a.k.a. Bob', 'also known as Bob'],
	['Mon, Nov 22', 'Monday, Nov 22'],
	['the dept. of Anna', 'the department of Anna'],
])('says %j', (written, said) => {
	expect(sayAbbreviations(written)).toBe(said);
});

it.each(['No. That is wrong.', 'I know Max.', 'Ask Al. He knows.', 'We sat in the sun.', 'The cat sat.'])('leaves %j alone', (written) => {
	expect(sayAbbreviations(written)).toBe(written);
});
