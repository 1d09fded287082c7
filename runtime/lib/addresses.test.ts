// Guards against: a caller's address in the log, one caller who counts as many, and many behind a proxy who count as one.
import fc from 'fast-check';
import { callerGroup, cutAddress } from './addresses';

it.each([
	['203.0.113.77', '203.0.113.0/24', '203.0.113.77'],
	['::ffff:203.0.113.77', '203.0.113.0/24', '203.0.113.77'],
	['2001:db8:12:34:56:78:9a:bc', '2001:db8:12::/48', '2001:db8:12:34::/64'],
	['2001:DB8::1', '2001:db8:0::/48', '2001:db8:0:0::/64'],
	['fe80::1%eth0', 'fe80:0:0::/48', 'fe80:0:0:0::/64'],
	['127.0.0.1', '127.0.0.0/24', undefined],
	['::1', '0:0:0::/48', undefined],
	['::ffff:127.0.0.1', '127.0.0.0/24', undefined],
	['a secret', 'unknown', undefined],
	['', 'unknown', undefined],
])('%s', (address, cut, group) => {
	expect([cutAddress(address), callerGroup(address)]).toEqual([cut, group]);
});

it('whatever the address, its end does not show, and it is one caller with its neighbours in the same network', () => {
	fc.assert(
		fc.property(fc.ipV6(), fc.ipV4(), (v6, v4) => {
			for (const address of [v6, v4]) {
				expect(cutAddress(address)).toMatch(/^[\da-f.:]+\/(24|48)$/);
				if (!address.endsWith('.0') && !address.endsWith(':')) expect(cutAddress(address)).not.toContain(address);
			}
		}),
	);
});
