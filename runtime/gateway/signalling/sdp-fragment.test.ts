// Guards against: a stranger's fragment that brings lines of its own into an offer, and an ICE restart that keeps the old session's name or candidates.
import fc from 'fast-check';
import { VoiceError } from '../../contract/errors';
import { ufragOf } from '../../contract/signalling';
import { fragmentOf, parseFragment, restartedOffer } from './sdp-fragment';

const CANDIDATE = 'candidate:1 1 udp 2122260223 10.0.0.7 54321 typ host';
const FRAGMENT = ['a=ice-ufrag:abcd', 'a=ice-pwd:0123456789012345678901', 'm=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:0', `a=${CANDIDATE}`, 'a=end-of-candidates', ''].join('\r\n');
const OFFER = [
	'v=0',
	'a=group:BUNDLE 0 1',
	'm=audio 9 UDP/TLS/RTP/SAVPF 111',
	'a=mid:0',
	'a=ice-ufrag:old0',
	'a=ice-pwd:old0old0old0old0old0old0',
	'a=candidate:9 1 udp 1 10.0.0.1 1 typ host',
	'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
	'a=mid:1',
	'a=ice-ufrag:old0',
	'a=ice-pwd:old0old0old0old0old0old0',
	'',
].join('\r\n');

it('reads candidates with the section and the session that they are for', () => {
	expect(parseFragment(FRAGMENT)).toEqual({
		ufrag: 'abcd',
		pwd: '0123456789012345678901',
		candidates: [
			{ candidate: CANDIDATE, sdpMid: '0', usernameFragment: 'abcd' },
			{ candidate: '', sdpMid: '0', usernameFragment: 'abcd' },
		],
	});
	expect(parseFragment(`a=${CANDIDATE}`).candidates).toEqual([{ candidate: CANDIDATE }]);
});

it.each([
	['nothing', '', /neither/],
	['no fragment', '{"candidate":"x"}', /neither/],
	['too long a line', `a=candidate:${'x'.repeat(2000)}`, /too long/],
	['too many', `a=${CANDIDATE}\n`.repeat(65), /more than 64/],
	['too long', 'x'.repeat(64_001), /longer/],
])('%s is refused, and the message says why', (_what, text, why) => {
	expect(() => parseFragment(text)).toThrow(why);
});

it('restarts the whole bundle: every section has the new name, none the old candidates', () => {
	const restarted = restartedOffer(OFFER, parseFragment(FRAGMENT));
	expect(restarted).not.toMatch(/old0|10\.0\.0\.1 /);
	expect(restarted.match(/a=ice-ufrag:abcd/g)).toHaveLength(2);
	expect(restarted.split('m=application')[0]).toContain(CANDIDATE);
	expect(restarted.match(/a=candidate/g)).toHaveLength(1);
	expect(ufragOf(restarted)).toBe('abcd');
	const single = OFFER.split('m=application')[0] ?? '';
	expect(restartedOffer(single, parseFragment(FRAGMENT))).toContain(CANDIDATE);
	expect(() => restartedOffer(OFFER, parseFragment('a=ice-ufrag:abcd'))).toThrow(/without a=ice-ufrag and a=ice-pwd/);
});

it('what the caller gets of our answer can be read in the same way', () => {
	const again = parseFragment(fragmentOf(`${OFFER}a=${CANDIDATE}\r\n`));
	expect(again).toMatchObject({ ufrag: 'old0', pwd: 'old0old0old0old0old0old0' });
	expect(again.candidates.map(({ candidate }) => candidate)).toEqual(['candidate:9 1 udp 1 10.0.0.1 1 typ host', CANDIDATE, '']);
});

it('whatever comes, it is read or refused, and adds no section to an offer', () => {
	const piece = fc.oneof(fc.constantFrom(...FRAGMENT.split('\r\n'), 'm=video 9 x 0', 'a=candidate:\u0000', 'a=mid:'), fc.string());
	fc.assert(
		fc.property(fc.array(fc.tuple(piece, fc.constantFrom('\r\n', '\n', '\r', '')), { maxLength: 30 }), (pieces) => {
			try {
				const restarted = restartedOffer(OFFER, parseFragment(pieces.flat().join('')));
				expect(restarted.split('\r\n').filter((line) => line.startsWith('m='))).toHaveLength(2);
			} catch (error) {
				expect((error as VoiceError).code).toBe('VOICE_ERR_BAD_REQUEST');
			}
		}),
	);
});
