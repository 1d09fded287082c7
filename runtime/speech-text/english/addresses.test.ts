// Guards against: addresses whose marks are swallowed, and sentences taken for sites.
import { sayAddresses } from './addresses';

it.each([
	['anna@example.com', 'anna at example dot com'],
	['anna.smith_b+x@mail.example.co.uk', 'anna dot smith underscore b plus x at mail dot example dot co dot uk'],
	['Mail a-b@x.org.', 'Mail a dash b at x dot org.'],
	['example.com/booking', 'example dot com slash booking'],
	['see docs.example.org now', 'see docs dot example dot org now'],
	['file.txt', 'file dot txt'],
])('says %j', (written, said) => {
	expect(sayAddresses(written)).toBe(said);
});

it.each(['Yes.No', 'e.g. this', '3.14', 'one. two', '@anna'])('leaves %j alone', (written) => {
	expect(sayAddresses(written)).toBe(written);
});
