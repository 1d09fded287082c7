import { isIPv4 } from 'node:net';

/** An IP address of the machine's own, which nobody else can reach. */
export function isLoopbackAddress(address: string): boolean {
	const v4 = address.replace(/^::ffff:/i, '');
	return isIPv4(v4) ? v4.startsWith('127.') : /^(0{0,4}:){2,7}0{0,3}1$/.test(address);
}

/** A host as it stands in an address, with or without a port: `localhost:5678`, `[::1]`, `127.0.0.1`. */
export function isLoopbackHost(host: string): boolean {
	if (!URL.canParse(`http://${host}`)) return false;
	const { hostname } = new URL(`http://${host}`);
	return hostname === 'localhost' || hostname.endsWith('.localhost') || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));
}
