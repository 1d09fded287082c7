// Guards against: a log flooded by progress, a bar that breaks the line, and figures that people misread.
import { duration, size } from '../../inference/models/sizes';
import { ProgressDisplay, progressLine } from './progress-display';
import type { Terminal } from './terminal';

function at(bytes: number, more = {}) {
	return { id: 'talker', file: 'f', bytes, total: 808e6 as number | undefined, rate: 12.5e6, ...more };
}

it('is a line with share, size, rate and what is left', () => {
	expect(progressLine('talker', at(202e6), true)).toBe('[######..................]   25 %  202 MB of 808 MB  12.5 MB/s, 49 s left  talker');
	expect(progressLine('talker', at(202e6, { total: undefined }), true)).toBe('202 MB  12.5 MB/s  talker');
	expect(progressLine('talker', at(0, { rate: 0 }), false)).toBe('  0 %  0 B of 808 MB  0 B/s  talker');
	expect(progressLine('talker', at(808e6, { waitingFor: 77 }), false)).toMatch(/^100 % .*\(process 77 is downloading it\)$/);
});

it('is written over for a person, within the width, and every ten seconds into a log', () => {
	let now = 0;
	const written: string[] = [];
	const logged: string[] = [];
	const terminal = (interactive: boolean): Terminal => ({
		out: () => undefined,
		note: (line) => logged.push(line),
		overwrite: (line) => written.push(line),
		interactive,
		columns: 30,
		ask: async () => '',
	});
	const seen = new ProgressDisplay(terminal(true), 'talker', () => now);
	seen.show(at(1));
	seen.show(at(2));
	seen.end();
	expect(written.map(({ length }) => length)).toEqual([29, 29, 0]);
	const unseen = new ProgressDisplay(terminal(false), 'talker', () => now);
	for (; now < 30_000; now += 500) unseen.show(at(now));
	unseen.end();
	expect(logged).toHaveLength(3);
});

test.each([
	[0, '0 B'],
	[999, '999 B'],
	[1000, '1 kB'],
	[52_600_000, '52.6 MB'],
	[999_499_999, '999 MB'],
	[999_600_000, '1 GB'],
	[2_019_377_696, '2.02 GB'],
	[3e12, '3 TB'],
])('%i bytes are %s', (bytes, text) => {
	expect(size(bytes)).toBe(text);
});

test.each([
	[0.2, '1 s'],
	[59, '59 s'],
	[61, '1 min'],
	[3900, '1 h 5 min'],
	[7199, '2 h 0 min'],
])('%f seconds are %s', (seconds, text) => {
	expect(duration(seconds)).toBe(text);
});
