import { isIP } from 'node:net';
import { attribute, badOffer, type Section } from './sections';

/** How the peer is reached and recognised: the same three things for every section, in the session's lines or its own. */
interface Transport {
	readonly ufrag: string;
	readonly pwd: string;
	readonly fingerprint: string;
	readonly setup: string;
}

/** RFC 8839: ice-char is a letter, a digit, + or /. The lengths are the RFC's too. */
const UFRAG = /^[A-Za-z0-9+/]{4,256}$/;
const PWD = /^[A-Za-z0-9+/]{22,256}$/;
/** sha-1 is too weak to say who the peer is. */
const FINGERPRINT_BYTES: Record<string, number> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };

export function transportOf(section: Section, session: Section): Transport {
	const find = (name: string): string | undefined => attribute(section, name) ?? attribute(session, name);
	const ufrag = find('ice-ufrag');
	const pwd = find('ice-pwd');
	if (!ufrag || !UFRAG.test(ufrag)) throw badOffer('has no valid a=ice-ufrag');
	if (!pwd || !PWD.test(pwd)) throw badOffer('has no valid a=ice-pwd');
	const setup = find('setup') ?? 'actpass';
	if (!['actpass', 'active', 'passive'].includes(setup)) throw badOffer('has an a=setup other than actpass, active or passive');
	return { ufrag, pwd, setup, fingerprint: fingerprint(find('fingerprint')) };
}

function fingerprint(value: string | undefined): string {
	if (value === undefined) throw badOffer('has no a=fingerprint: sound is only sent encrypted');
	const [hash = '', hex = '', ...rest] = value.trim().split(/\s+/);
	const bytes = FINGERPRINT_BYTES[hash.toLowerCase()];
	const pairs = hex.split(':');
	if (!bytes || rest.length > 0 || pairs.length !== bytes || !pairs.every((pair) => /^[0-9a-fA-F]{2}$/.test(pair))) {
		throw badOffer('has an a=fingerprint that is no sha-256, sha-384 or sha-512');
	}
	return `${hash.toLowerCase()} ${hex.toUpperCase()}`;
}

export function transportLines({ ufrag, pwd, fingerprint: print, setup }: Transport): string[] {
	return [`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'a=ice-options:trickle', `a=fingerprint:${print}`, `a=setup:${setup}`];
}

/** A laptop with VPN and both address families has about a dozen. */
const MAX_CANDIDATES = 32;

/** foundation component transport priority address port typ type, then extensions. */
const CANDIDATE =
	/^candidate:([A-Za-z0-9+/]{1,32}) (1|2) (udp|tcp) (\d{1,10}) ([0-9a-fA-F.:]{2,45}) (\d{1,5}) typ (host|srflx|prflx|relay)(?: (.*))?$/i;

/**
 * The section's candidates, each rebuilt from its checked parts. What is malformed is left out, for a call may
 * well work without it; so are `.local` names, which nobody here can resolve: such a peer finds us instead.
 */
export function candidateLines({ attributes }: Section): string[] {
	return attributes.flatMap((line) => rebuild(line) ?? []).slice(0, MAX_CANDIDATES);
}

function rebuild(line: string): string | undefined {
	const [, foundation, component, transport = '', priority, address = '', port, type = '', extensions = ''] = CANDIDATE.exec(line) ?? [];
	if (foundation === undefined || isIP(address) === 0 || Number(port) > 65_535 || Number(priority) >= 2 ** 32) return undefined;
	const tcpType = /(?:^| )tcptype (active|passive|so)(?: |$)/.exec(extensions)?.[1];
	const isTcp = transport.toLowerCase() === 'tcp';
	if (isTcp && !tcpType) return undefined;
	// Reflexive and relayed candidates must say where they come from; nobody uses it, so nobody has to know.
	const related = type.toLowerCase() === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
	const base = `a=candidate:${foundation} ${component} ${transport.toLowerCase()} ${priority} ${address} ${port}`;
	return `${base} typ ${type.toLowerCase()}${related}${isTcp ? ` tcptype ${tcpType}` : ''}`;
}
