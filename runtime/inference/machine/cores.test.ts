// Guards against: more llama threads than free cores, which spin against each other and stop the whole machine.
import { cpuQuota, quotaOf, threadsFor } from './cores';

const MB = 1024 * 1024;

describe('threads', () => {
	it.each([
		['150000 100000', 1.5],
		['max 100000', Number.POSITIVE_INFINITY],
		['-1 100000', Number.POSITIVE_INFINITY],
		['', Number.POSITIVE_INFINITY],
	])('reads the quota "%s"', (text, cores) => {
		expect(quotaOf(text)).toBe(cores);
	});

	it.each([
		['a group above limits more', { '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/cpu.max': '200000 100000', '/sys/fs/cgroup/a/b/cpu.max': 'max 100000' }, 2],
		['a container sees its own group as the root', { '/proc/self/cgroup': '0::/outside\n', '/sys/fs/cgroup/cpu.max': '150000 100000' }, 1.5],
		['cgroup v1', { '/proc/self/cgroup': '4:memory:/x\n3:cpu,cpuacct:/x\n', '/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us': '300000', '/sys/fs/cgroup/cpu/x/cpu.cfs_period_us': '100000' }, 3],
		['no groups', {}, Number.POSITIVE_INFINITY],
	])('finds the quota where %s', (_, files: Readonly<Record<string, string>>, cores) => {
		expect(cpuQuota((file) => files[file] ?? '')).toBe(cores);
	});

	it('gives tiny models one thread on any machine', () => {
		expect(threadsFor(8 * MB, 64)).toBe(1);
	});

	it.each([
		[1, 1],
		[2, 1],
		[4, 3],
		[64, 16],
	])('leaves a core of %d to media: %d threads', (cores, threads) => {
		expect(threadsFor(800 * MB, cores)).toBe(threads);
	});
});
