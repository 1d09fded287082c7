import { audioLines } from './audio-section';
import { candidateLines } from './caller-candidates';
import { transportLines, transportOf } from './transport';
import { attribute, badOffer, type Section, sectionsOf } from './sections';

/** What a page event may be long at most, bytes. */
const MAX_MESSAGE = 262_144;

/**
 * Builds a new offer from the few things in `sdp` that a voice call needs, each of them checked: wrtc's own parser
 * never sees a line that a stranger wrote. One audio section with Opus and at most one data channel section; the
 * answer to the result is an answer to the original.
 * @throws VOICE_ERR_BAD_OFFER that says what is missing or wrong.
 */
export function rebuildOffer(sdp: string): string {
	const [session, ...sections] = sectionsOf(sdp);
	const kinds = sections.map((section) => kindOf(section));
	if (kinds.filter((kind) => kind === 'audio').length !== 1) throw badOffer('must have exactly one audio section');
	if (sections.length > 2) throw badOffer('has more than one data channel section');
	const mids = sections.map((section) => midOf(section));
	if (new Set(mids).size !== mids.length) throw badOffer('uses one a=mid twice');
	if (mids.length > 1) requireBundle(session, mids);
	return [
		'v=0',
		'o=- 1 1 IN IP4 127.0.0.1',
		's=-',
		't=0 0',
		`a=group:BUNDLE ${mids.join(' ')}`,
		...sections.flatMap((section, index) => [
			...(kinds[index] === 'audio' ? audioLines(section) : channelLines(section)),
			`a=mid:${mids[index]}`,
			...transportLines(transportOf(section, session)),
			...candidateLines(section),
		]),
		'',
	].join('\r\n');
}

function kindOf({ media, attributes }: Section): 'audio' | 'application' {
	const [kind, port, protocol] = media.split(' ');
	if (kind !== 'audio' && kind !== 'application') throw badOffer('has a section that is neither audio nor a data channel; send no video');
	// A section that is only there as part of the bundle has port 0 too.
	if (port === '0' && !attributes.includes('bundle-only')) throw badOffer(`has switched its ${kind} section off (port 0)`);
	const known = kind === 'audio' ? /^UDP\/TLS\/RTP\/SAVPF?$/ : /^(UDP|TCP)\/DTLS\/SCTP$/;
	if (!known.test(protocol ?? '')) throw badOffer(`has an ${kind} section of an unknown or unencrypted protocol`);
	return kind;
}

function midOf(section: Section): string {
	const mid = attribute(section, 'mid');
	if (mid === undefined || !/^[A-Za-z0-9_-]{1,32}$/.test(mid)) throw badOffer('has a section without a valid a=mid');
	return mid;
}

function requireBundle(session: Section, mids: readonly string[]): void {
	const bundles = session.attributes.filter((line) => line.startsWith('group:BUNDLE ')).map((line) => line.split(' ').slice(1));
	if (!bundles.some((bundle) => mids.every((mid) => bundle.includes(mid)))) {
		throw badOffer('does not bundle its sections (a=group:BUNDLE)');
	}
}

function channelLines(section: Section): string[] {
	const port = Number(attribute(section, 'sctp-port'));
	if (!Number.isInteger(port) || port < 1 || port > 65_535) throw badOffer('has a data channel section without a valid a=sctp-port');
	return [
		'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
		'c=IN IP4 0.0.0.0',
		`a=sctp-port:${port}`,
		`a=max-message-size:${MAX_MESSAGE}`,
	];
}
