// Guards against: a server's wish to wait that is not understood, or waited for in the past.
import { retryAfterMs } from './retry-after';

const NOW = Date.parse('2026-01-02T03:04:05Z');

it.each([
	['7', 7000],
	[' 0 ', 0],
	['0.05', 50],
	['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
	['Tue, 03 Nov 2020 10:00:00 GMT', 0],
	['soon', undefined],
	['', undefined],
	[null, undefined],
	[undefined, undefined],
])('%j is %p ms', (header, ms) => {
	expect(retryAfterMs(header, NOW)).toBe(ms);
});
