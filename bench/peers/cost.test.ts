// Guards against: processor time that is negative because a call's process has ended, and a process that came later left out.
import { cpuMsBetween } from './cost';

it('counts what each process has computed since, one that is new whole, one that is gone not at all', () => {
	const before = new Map([[1, 500], [2, 9000]]);
	expect(cpuMsBetween(before, new Map([[1, 650], [3, 40]]))).toBe(190);
});
