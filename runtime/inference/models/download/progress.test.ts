// Guards against: a rate that lies, a negative one after a file was begun anew, and a flood of reports.
import { ProgressMeter, type ModelProgress } from './progress';

let now = 0;
const reports: ModelProgress[] = [];
function meter() {
	now = 0;
	reports.length = 0;
	return new ProgressMeter('m', () => now, (progress) => reports.push(progress));
}

it('reports at most five times a second, and the end always', () => {
	const under = meter();
	for (now = 0; now < 1000; now += 10) under.at('f', now, 1000);
	expect(reports).toHaveLength(5);
	under.at('f', 1000, 1000);
	expect(reports.at(-1)).toEqual({ id: 'm', file: 'f', bytes: 1000, total: 1000, rate: 1000 });
});

it('takes the rate over the last seconds only', () => {
	const under = meter();
	for (let second = 0; second < 20; second++) {
		now = second * 1000;
		under.at('f', second < 10 ? second * 100 : 1000 + (second - 10) * 5000, 1e9);
	}
	expect(reports.at(-1)?.rate).toBeCloseTo(5000, -2);
	expect(reports[9]?.rate).toBeCloseTo(100);
});

it('knows no rate after a file was begun anew', () => {
	const under = meter();
	under.at('f', 5000, 10_000);
	now = 1000;
	under.at('f', 10, 10_000, 77);
	expect(reports.at(-1)).toMatchObject({ bytes: 10, rate: 0, waitingFor: 77 });
});
