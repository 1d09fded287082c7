import { isIPv6 } from 'node:net';
import { isLoopbackAddress } from '../../lib/loopback';

/** An address by which the world reaches this machine; `local`: only in place of this one of the machine's own. */
export interface PublicAddress {
	readonly address: string;
	readonly local?: string | undefined;
}

/** Which of this machine's addresses a caller is told, and how. */
export interface OwnAddresses {
	/** The caller may be on this machine. For anybody else loopback candidates are wasted checks, and say what runs here. */
	readonly loopback: boolean;
	/** NAT 1:1: what stands between rewrites packets, and leaves the ports as they are. */
	readonly publicAddresses: readonly PublicAddress[];
}

/** Up to its address, the address, and the rest with the type in it. */
const CANDIDATE = /^(candidate:\S+ \d+ \S+ \d+ )(\S+)( \d+ typ (\S+).*)$/i;
const RELATED = / raddr \S+ rport \d+/;

/**
 * Our answer as it may be shown: its candidates are those of `publishedCandidate`, each once, and no other line says an
 * address (RFC 8839 allows 0.0.0.0 and port 9 where candidates tell).
 */
export function publishedAnswer(sdp: string, own: OwnAddresses): string {
	const shown = new Set<string>();
	const lines = sdp.split('\r\n').flatMap((line) => {
		if (line.startsWith('m=')) shown.clear();
		if (!line.startsWith('a=candidate:')) return [withoutAddress(line)];
		const candidate = publishedCandidate(line.slice(2), own);
		if (candidate === undefined) return [];
		// Two addresses may have one public one, and the same port.
		const [, , transport, , address, port] = candidate.split(' ');
		const place = `${transport} ${address} ${port}`;
		if (shown.has(place)) return [];
		shown.add(place);
		return [`a=${candidate}`];
	});
	return lines.join('\r\n');
}

/** One of our candidates (`candidate:...`) as a caller may see it; undefined where it is of no use to this one. */
export function publishedCandidate(candidate: string, { loopback, publicAddresses }: OwnAddresses): string | undefined {
	const [, before = '', address = '', rest = '', type] = CANDIDATE.exec(candidate) ?? [];
	if (isLoopbackAddress(address)) return loopback ? candidate : undefined;
	// A reflexive or relayed candidate is public already; the address behind it is nobody's business.
	if (type !== 'host') return candidate.replace(RELATED, ' raddr 0.0.0.0 rport 0');
	const family = publicAddresses.filter((entry) => isIPv6(entry.address) === isIPv6(address));
	const known = family.find(({ local }) => local === address) ?? family.find(({ local }) => local === undefined);
	return known ? `${before}${known.address}${rest}` : candidate;
}

function withoutAddress(line: string): string {
	if (line.startsWith('c=IN ')) return 'c=IN IP4 0.0.0.0';
	if (line.startsWith('a=rtcp:')) return 'a=rtcp:9 IN IP4 0.0.0.0';
	// Port 0 says that the section is refused.
	return line.replace(/^(m=\w+) [1-9]\d* /, '$1 9 ');
}
