import { isIPv4, isIPv6 } from 'node:net';
import { isLoopbackAddress } from './loopback';

const MAPPED = /^::ffff:(?=\d+\.)/i;

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
	const plain = address.split('%')[0] ?? '';
	// URL writes an address in its one short form, with an IPv4 in it as groups.
	const short = new URL(`http://[${plain}]`).hostname.slice(1, -1);
	const [head = '', tail] = short.split('::');
	const before = head === '' ? [] : head.split(':');
	const after = tail === undefined || tail === '' ? [] : tail.split(':');
	return tail === undefined ? before : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

function network(address: string, groups: number): string {
	return `${groupsOf(address).slice(0, groups).join(':')}::/${groups * 16}`;
}

/** As much of an address as a log may know: a network, not who is in it. What is no address is not repeated. */
export function cutAddress(address: string): string {
	const plain = address.replace(MAPPED, '');
	if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
	return isIPv6(plain) ? network(plain, 3) : 'unknown';
}

/**
 * What counts as one caller where addresses are counted: IPv6 gives everybody a whole /64. undefined for who is on this
 * machine, as is a proxy that n8n does not know of, and for what is no address.
 */
export function callerGroup(address: string): string | undefined {
	const plain = address.replace(MAPPED, '');
	if (isLoopbackAddress(plain)) return undefined;
	if (isIPv4(plain)) return plain;
	return isIPv6(plain) ? network(plain, 4) : undefined;
}
