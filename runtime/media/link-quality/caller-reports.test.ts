// Guards against: an agent that speaks on into a path that is dead one way, the way that it speaks.
import { CallerReports } from './caller-reports';

function stage() {
	let now = 0;
	const told: string[] = [];
	const reports = new CallerReports({ now: () => now }, { dead: (until) => told.push(`dead ${until}`), alive: () => told.push('alive') });
	const report = (packets: number): void => {
		now += 500;
		expect(reports.take(JSON.stringify({ type: 'received', packets }))).toBe(true);
	};
	return { reports, told, report };
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
