import { isIP } from 'node:net';
import type { Section } from './sections';

/** A laptop with VPN and both address families has about a dozen. */
const MAX_CANDIDATES = 32;

/** foundation component transport priority address port typ type, then extensions. */
const CANDIDATE =
	/^candidate:([A-Za-z0-9+/]{1,32}) (1|2) (udp|tcp) (\d{1,10}) ([0-9a-fA-F.:]{2,45}) (\d{1,5}) typ (host|srflx|prflx|relay)(?: (.*))?$/i;

/** The section's candidates, each rebuilt from its checked parts. What is malformed is left out: a call may well work without it. */
export function candidateLines({ attributes }: Section): string[] {
	return attributes.flatMap((line) => callerCandidate(line) ?? []).map((candidate) => `a=${candidate}`).slice(0, MAX_CANDIDATES);
}

/**
 * One candidate of a caller (`candidate:...`), rebuilt from its checked parts. undefined where it is malformed, and for a
 * `.local` name (mDNS), which hides an address from pages and which nobody here can resolve: such a caller finds us
 * instead, and its address is learnt from its first check.
 */
export function callerCandidate(line: string): string | undefined {
	const [, foundation, component, transport = '', priority, address = '', port, type = '', extensions = ''] = CANDIDATE.exec(line) ?? [];
	if (foundation === undefined || isIP(address) === 0 || Number(port) > 65_535 || Number(priority) >= 2 ** 32) return undefined;
	// To a passive candidate this process would open a connection, to whatever a stranger names: browsers send active ones only.
	const isTcp = transport.toLowerCase() === 'tcp';
	if (isTcp && !/(?:^| )tcptype active(?: |$)/.test(extensions)) return undefined;
	// Reflexive and relayed candidates must say where they come from; nobody uses it, so nobody has to know.
	const related = type.toLowerCase() === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
	const base = `candidate:${foundation} ${component} ${transport.toLowerCase()} ${priority} ${address} ${port}`;
	return `${base} typ ${type.toLowerCase()}${related}${isTcp ? ' tcptype active' : ''}`;
}
