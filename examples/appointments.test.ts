// Guards against callers' days and times that are booked wrong, and against workflows that carry another
// resolver than the one that is tested. Runs the text of the Code nodes themselves.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInThisContext } from 'node:vm';
import fc from 'fast-check';

interface WorkflowFile {
	readonly nodes: ReadonlyArray<{ name: string; type: string; parameters: { jsCode?: string } }>;
}
interface Days {
	readonly from: string;
	readonly to: string;
	readonly part: string;
}
interface Row {
	readonly title: string;
	readonly date?: string;
	readonly time?: string;
	readonly time_said?: string;
}
interface Resolver {
	readDay(said: string, today: string): Days | undefined;
	readTime(said: string, part?: string): string | undefined;
	sayTime(clock: string): string;
	findAppointment(rows: Row[], title: string): Row | undefined;
	tellAppointments(rows: Row[], days: { day: string; from: string; to: string }): unknown;
}

function codeOf(file: string, node: string): string {
	const { nodes } = JSON.parse(readFileSync(path.join(__dirname, file), 'utf8')) as WorkflowFile;
	return nodes.find(({ name }) => name === node)?.parameters.jsCode ?? '';
}

const booking = codeOf('book-appointment.json', 'Understand');
const withoutCall = booking.trimEnd().split('\n').slice(0, -1).join('\n');
const resolver = runInThisContext(
	`(() => { ${withoutCall}\nreturn { readDay, readTime, sayTime, findAppointment, tellAppointments }; })()`,
) as Resolver;

/** Runs a Code node as n8n does, on a wednesday. */
function runNode(code: string, input: Record<string, string>): unknown {
	const inputs = () => ({ first: () => ({ json: input }) });
	const node = runInThisContext(`(function ($, $now) { ${code} })`) as (...globals: unknown[]) => unknown;
	return node(inputs, { toISODate: () => '2026-03-04' });
}

const wednesday = '2026-03-04';

test.each([
	['today', '2026-03-04'],
	['tonight', '2026-03-04'],
	['tomorrow', '2026-03-05'],
	['tomorrow morning', '2026-03-05'],
	['the day after tomorrow', '2026-03-06'],
	['friday', '2026-03-06'],
	['on friday', '2026-03-06'],
	['this friday', '2026-03-06'],
	['next friday', '2026-03-13'],
	['next monday', '2026-03-09'],
	['monday', '2026-03-09'],
	['wednesday', '2026-03-04'],
	['next wednesday', '2026-03-11'],
	['friday afternoon', '2026-03-06'],
	['march third', '2027-03-03'],
	['march fifth', '2026-03-05'],
	['the fifth', '2026-03-05'],
	['the third', '2026-04-03'],
	['the twenty first of june', '2026-06-21'],
	['june twenty first', '2026-06-21'],
	['october eleventh', '2026-10-11'],
	['the thirty first', '2026-03-31'],
	['february twenty ninth', '2028-02-29'],
	['in two weeks', '2026-03-18'],
	['in a week', '2026-03-11'],
	['in three days', '2026-03-07'],
	['March 9th', '2026-03-09'],
	['2026-12-24', '2026-12-24'],
])('%s, said on a wednesday, is %s', (said, date) => {
	expect(resolver.readDay(said, wednesday)).toMatchObject({ from: date, to: date });
});

test.each([
	['this week', '2026-03-04', '2026-03-08'],
	['next week', '2026-03-09', '2026-03-15'],
	['this weekend', '2026-03-07', '2026-03-08'],
	['next month', '2026-04-01', '2026-04-30'],
])('%s is more than a day', (said, from, to) => {
	expect(resolver.readDay(said, wednesday)).toMatchObject({ from, to });
});

test.each(['', 'blue', 'february thirtieth', 'at three', 'the fortieth', 'next', 'day'])('"%s" is no day', (said) => {
	expect(resolver.readDay(said, wednesday)).toBeUndefined();
});

test.each([
	['three p m', '15:00'],
	['ten thirty', '10:30'],
	['half past five', '17:30'],
	['quarter past eight', '08:15'],
	['quarter to eight a m', '07:45'],
	['quarter to one', '12:45'],
	["twelve o'clock", '12:00'],
	['twelve a m', '00:00'],
	['noon', '12:00'],
	['nine in the morning', '09:00'],
	['seven in the evening', '19:00'],
	['four fifteen p m', '16:15'],
	['three forty five p m', '15:45'],
	['ten oh five', '10:05'],
	['from one to two', '13:00'],
	["six o'clock for an hour", '18:00'],
	['3 p.m.', '15:00'],
	['3:30pm', '15:30'],
	['15:00', '15:00'],
	...['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((hour, index) => [hour, `${index + 13}:00`]),
	...['eight', 'nine', 'ten', 'eleven', 'twelve'].map((hour, index) => [hour, `${String(index + 8).padStart(2, '0')}:00`]),
])('%s is %s', (said, clock) => {
	expect(resolver.readTime(said)).toBe(clock);
});

test.each(['', 'blue', 'half past', 'twenty five', 'ten seventy', 'tomorrow'])('"%s" is no time', (said) => {
	expect(resolver.readTime(said)).toBeUndefined();
});

test('the part of the day in the day is the half of a bare hour', () => {
	expect(resolver.readTime('seven', 'morning')).toBe('07:00');
	expect(resolver.readTime('nine', 'evening')).toBe('21:00');
});

test('every time is read back as it is said', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 1439 }), (minute) => {
			const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
			expect(resolver.readTime(resolver.sayTime(clock))).toBe(clock);
		}),
	);
});

test('no words make it throw, and no day lies in the past', () => {
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...'next this friday the third of march in two weeks a day tonight 31 quarter to p m'.split(' '))), (words) => {
			const days = resolver.readDay(words.join(' '), wednesday);
			resolver.readTime(words.join(' '));
			if (days) expect(days.from >= wednesday && days.to >= days.from).toBe(true);
		}),
	);
});

test('an appointment is found by what names it, and a name that fits two is not guessed at', () => {
	const rows = [{ title: 'dentist appointment' }, { title: 'lunch with anna' }, { title: 'lunch with tom' }];
	expect(resolver.findAppointment(rows, 'my dentist')).toBe(rows[0]);
	expect(resolver.findAppointment(rows, 'the lunch with anna')).toBe(rows[1]);
	expect(resolver.findAppointment(rows, 'lunch')).toBeUndefined();
	expect(resolver.findAppointment(rows, 'haircut')).toBeUndefined();
	expect(resolver.findAppointment(rows.slice(0, 1), 'appointment')).toBe(rows[0]);
});

test('appointments of several days say their day', () => {
	const rows = [
		{ title: 'haircut', date: '2026-03-10', time: '10:30', time_said: 'ten thirty a m' },
		{ title: 'dentist', date: '2026-03-09', time: '15:00', time_said: 'three p m' },
	];
	expect(resolver.tellAppointments(rows, { day: 'next week', from: '2026-03-09', to: '2026-03-15' })).toEqual({
		appointments: [
			{ title: 'dentist', time: 'three p m on monday' },
			{ title: 'haircut', time: 'ten thirty a m on tuesday' },
		],
		day: 'next week',
	});
});

test('the Code node hands on what it understood, and what it did not', () => {
	expect(runNode(booking, { title: 'haircut', day: 'tomorrow morning', time: 'eleven' })).toEqual([
		{
			json: {
				what: '',
				date: '2026-03-05',
				clock: '11:00',
				spoken: 'eleven a m',
				title: 'haircut',
				day: 'tomorrow morning',
				time: 'eleven',
			},
		},
	]);
	expect(runNode(booking, { title: 'haircut', day: 'next week', time: 'eleven' })).toEqual([{ json: { what: 'day' } }]);
	expect(runNode(booking, { title: 'haircut', day: 'tomorrow' })).toEqual([{ json: { what: 'time' } }]);
	expect(runNode(codeOf('list-appointments.json', 'Understand'), { day: 'tonight' })).toMatchObject([
		{ json: { from: '2026-03-04', earliest: '17:00', latest: '23:59' } },
	]);
});

test.each([
	['book-appointment.json', 'Understand'],
	['list-appointments.json', 'Understand'],
	['list-appointments.json', 'Tell them'],
	['cancel-appointment.json', 'Understand'],
	['cancel-appointment.json', 'Find it'],
	['voice-agent-in-one-workflow.json', 'Understand (book)'],
	['voice-agent-in-one-workflow.json', 'Tell them (list)'],
	['voice-agent-in-one-workflow.json', 'Find it (cancel)'],
])('%s, "%s" carries code/appointments.js', (file, node) => {
	const source = readFileSync(path.join(__dirname, 'code', 'appointments.js'), 'utf8').trimEnd();
	expect(codeOf(file, node).startsWith(`${source}\n`)).toBe(true);
});

test('the agent in one workflow is what join.mjs makes of the four files', () => {
	execFileSync(process.execPath, [path.join(__dirname, 'code', 'join.mjs'), '--check'], { stdio: 'pipe' });
	const { nodes } = JSON.parse(readFileSync(path.join(__dirname, 'voice-agent-in-one-workflow.json'), 'utf8')) as WorkflowFile;
	const names = nodes.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	// Every node that an expression or code names is there.
	const named = [...JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)].map(([, name]) => name);
	expect(named.length).toBeGreaterThan(0);
	expect(names).toEqual(expect.arrayContaining(named));
});
