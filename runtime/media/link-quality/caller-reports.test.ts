// Guards against: an agent that speaks on into a path that is dead one way, the way that it speaks, or both ways while the caller sends no sound.
import { CallerReports } from './caller-reports';

function stage() {
	let now = 0;
	const told: string[] = [];
	const reports = new CallerReports({ now: () => now }, { dead: (until) => told.push(`dead ${until}`), alive: () => told.push('alive') });
	const report = (packets: number): void => {
		now += 500;
		expect(reports.take(JSON.stringify({ type: 'received', packets }))).toBe(true);
	};
	const wait = (ms: number): void => void (now += ms);
	return { reports, told, report, wait };
}

it('counts that stand still say that nothing arrives, and since when; growing ones that it does', () => {
	const { told, report } = stage();
	for (const packets of [25, 50, 60, 60]) report(packets);
	expect(told).toEqual([]);
	report(60);
	report(60);
	expect(told).toEqual(['dead 1350']);
	report(61);
	expect(told).toEqual(['dead 1350', 'alive']);
});

it('a page that has received nothing yet, or counts anew, says nothing', () => {
	const { told, report } = stage();
	for (const packets of [0, 0, 0, 0, 900, 20, 45]) report(packets);
	expect(told).toEqual([]);
});

it.each(['', '{"type":"received"}', '{"type":"received","packets":-1}', '{"type":"hangup"}', '[[[['])('%s is no report', (json) => {
	const { reports, told } = stage();
	expect(reports.take(json)).toBe(false);
	expect(told).toEqual([]);
});

describe('of a caller who sends no sound', () => {
	it('nothing at all says that the path is dead since the last report; any packet that it is back', () => {
		const { reports, told, report, wait } = stage();
		for (const packets of [25, 50]) report(packets);
		wait(899);
		reports.nothingComes();
		expect(told).toEqual([]);
		wait(101);
		reports.nothingComes();
		reports.nothingComes();
		expect(told).toEqual(['dead 850']);
		reports.somethingComes();
		reports.somethingComes();
		expect(told).toEqual(['dead 850', 'alive']);
	});

	it('what came before the page counts on is no sign that the other way is dead', () => {
		const { reports, told, report, wait } = stage();
		report(25);
		wait(5000);
		reports.nothingComes();
		reports.somethingComes();
		report(25);
		expect(told).toEqual(['dead 350', 'alive']);
	});

	it('packets that come in say nothing where what is sent does not arrive', () => {
		const { reports, told, report } = stage();
		for (const packets of [25, 25, 25]) report(packets);
		reports.somethingComes();
		expect(told).toEqual(['dead 350']);
	});

	it('a client that does not report is not judged by it', () => {
		const { reports, told, wait } = stage();
		wait(60_000);
		reports.nothingComes();
		expect(told).toEqual([]);
	});
});
