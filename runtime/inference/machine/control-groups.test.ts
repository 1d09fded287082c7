// Guards against: a container that is taken for the whole machine, and gets models that its limit kills.
import { memoryLimit } from './control-groups';

const V2 = '0::/system.slice/docker-abc.scope\n';
const V1 = '12:cpu,cpuacct:/docker/abc\n5:memory:/docker/abc\n1:name=systemd:/\n';

describe('the memory limit', () => {
	it.each<[string, Record<string, string>, number]>([
		['no cgroups at all', {}, Infinity],
		['v2 without a limit', { '/proc/self/cgroup': V2, '/sys/fs/cgroup/system.slice/docker-abc.scope/memory.max': 'max\n' }, Infinity],
		['v2, its own', { '/proc/self/cgroup': V2, '/sys/fs/cgroup/system.slice/docker-abc.scope/memory.max': '4294967296\n' }, 2 ** 32],
		[
			'v2, a smaller one above',
			{
				'/proc/self/cgroup': V2,
				'/sys/fs/cgroup/system.slice/docker-abc.scope/memory.max': '4294967296\n',
				'/sys/fs/cgroup/system.slice/memory.max': '1073741824\n',
			},
			2 ** 30,
		],
		['v2 inside a container, where the path does not exist', { '/proc/self/cgroup': V2, '/sys/fs/cgroup/memory.max': '2147483648\n' }, 2 ** 31],
		['v2 in its own namespace', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': '2147483648\n' }, 2 ** 31],
		['v1', { '/proc/self/cgroup': V1, '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '2147483648\n' }, 2 ** 31],
		['v1 inside a container', { '/proc/self/cgroup': V1, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '2147483648\n' }, 2 ** 31],
		['v1 without a limit', { '/proc/self/cgroup': V1, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' }, Infinity],
		['v1 and v2 together', { '/proc/self/cgroup': `${V1}${V2}`, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '2147483648\n', '/sys/fs/cgroup/memory.max': 'max' }, 2 ** 31],
		['rubbish', { '/proc/self/cgroup': V2, '/sys/fs/cgroup/memory.max': '-1\n' }, Infinity],
	])('of %s', (_, files, limit) => {
		expect(memoryLimit((file) => files[file] ?? '')).toBe(limit);
	});
});
