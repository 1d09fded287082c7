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
