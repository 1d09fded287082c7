// Guards against a stranger's SDP reaching wrtc's parser and encoder, where a single line can kill the process.
import fc from 'fast-check';
import { VoiceError } from '../../contract/errors';
import { rebuildOffer } from './rebuild-offer';
import { MAX_OFFER_CHARACTERS } from './sections';
import { offerOf } from './offer.fixture';

function lines(sdp: string): string[] {
	return sdp.split('\r\n');
}

/** Every line that may ever come out, whole. */
const ALLOWED = [
	/^v=0$/,
	/^o=- 1 1 IN IP4 127\.0\.0\.1$/,
	/^s=-$/,
	/^t=0 0$/,
	/^a=group:BUNDLE [\w-]{1,32}( [\w-]{1,32})?$/,
	/^m=audio 9 UDP\/TLS\/RTP\/SAVPF \d{2,3}$/,
	/^m=application 9 UDP\/DTLS\/SCTP webrtc-datachannel$/,
	/^c=IN IP4 0\.0\.0\.0$/,
	/^a=rtcp:9 IN IP4 0\.0\.0\.0$/,
	/^a=(sendrecv|rtcp-mux)$/,
	/^a=rtpmap:\d{2,3} opus\/48000\/2$/,
	/^a=fmtp:\d{2,3} minptime=10;useinbandfec=[01](;usedtx=1)?(;maxaveragebitrate=\d{4,5})?$/,
	/^a=rtcp-fb:\d{2,3} transport-cc$/,
	/^a=extmap:\d{1,2} (http|urn)[\w:/.-]{10,90}$/,
	/^a=msid:\S{1,64}( \S{1,64})?$/,
	/^a=ssrc:\d{1,10} cname:\S{1,64}$/,
	/^a=mid:[\w-]{1,32}$/,
	/^a=ice-ufrag:[\w+/]{4,256}$/,
	/^a=ice-pwd:[\w+/]{22,256}$/,
	/^a=ice-options:trickle$/,
	/^a=fingerprint:sha-(256|384|512) [0-9A-F:]{95,191}$/,
	/^a=setup:(actpass|active|passive)$/,
	/^a=sctp-port:\d{1,5}$/,
	/^a=max-message-size:262144$/,
	/^a=candidate:[\w+/]{1,32} [12] (udp|tcp) \d{1,10} [0-9a-fA-F.:]+ \d{1,5} typ (host|srflx|prflx|relay)( raddr 0\.0\.0\.0 rport 0)?( tcptype active)?$/,
	/^$/,
];

function expectClean(sdp: string): void {
	for (const line of lines(sdp)) expect(ALLOWED.some((form) => form.test(line)) ? 'allowed' : line).toBe('allowed');
	expect(sdp.length).toBeLessThan(MAX_OFFER_CHARACTERS);
}

function refusal(sdp: string): string {
	try {
		rebuildOffer(sdp);
	} catch (error) {
		expect(error).toBeInstanceOf(VoiceError);
		expect((error as VoiceError).code).toBe('VOICE_ERR_BAD_OFFER');
		return (error as VoiceError).message;
	}
	return 'accepted';
}

it('keeps what a browser needs', () => {
	const built = rebuildOffer(offerOf());
	expectClean(built);
	expect(lines(built)).toEqual(
		expect.arrayContaining([
			'a=group:BUNDLE 0 1',
			'm=audio 9 UDP/TLS/RTP/SAVPF 111',
			'a=rtpmap:111 opus/48000/2',
			'a=ice-ufrag:Yx9w',
			'a=setup:actpass',
			'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
			'a=candidate:1 1 udp 2122260223 192.168.1.7 51234 typ host',
			'a=candidate:2 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active',
			'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
			'a=sctp-port:5000',
		]),
	);
});

it('rebuilding its own result changes nothing', () => {
	const once = rebuildOffer(offerOf());
	expect(rebuildOffer(once)).toBe(once);
});

it.each([
	['maxptime as an attribute', (sdp: string) => sdp.replace('a=sendrecv', 'a=sendrecv\r\na=maxptime:5')],
	['maxptime in fmtp', (sdp: string) => sdp.replace('minptime=10;', 'minptime=10;maxptime=10;')],
	['ptime 0', (sdp: string) => sdp.replace('a=sendrecv', 'a=sendrecv\r\na=ptime:0')],
	['stereo', (sdp: string) => sdp.replace('minptime=10;', 'stereo=1;sprop-stereo=1;cbr=1;maxplaybackrate=3;')],
	['a bit rate below zero', (sdp: string) => sdp.replace('minptime=10;', 'maxaveragebitrate=-5;')],
	['RED before Opus', (sdp: string) => sdp.replace('SAVPF 111', 'SAVPF 63 111')],
	['100 000 sources', (sdp: string) => sdp.replace('a=sendrecv', `a=sendrecv${'\r\na=ssrc:1 cname:x'.repeat(1000)}`)],
	['a bandwidth line', (sdp: string) => sdp.replace('a=sendrecv', 'b=AS:1\r\na=sendrecv')],
	['simulcast and rid', (sdp: string) => sdp.replace('a=sendrecv', 'a=rid:1 send\r\na=simulcast:send 1\r\na=sendrecv')],
	['crypto keys', (sdp: string) => sdp.replace('a=sendrecv', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\na=sendrecv')],
	['a name as a candidate', (sdp: string) => sdp.replace('192.168.1.7 51234', '0a1b.local 51234')],
	['a candidate with a bad port', (sdp: string) => sdp.replace('192.168.1.7 51234', '192.168.1.7 99999')],
	['a remote candidate that goes on', (sdp: string) => sdp.replace('typ host', 'typ host x x x')],
])('drops %s and keeps the call', (_, change) => {
	const hostile = change(offerOf());
	expect(hostile).not.toBe(offerOf());
	const built = rebuildOffer(hostile);
	expectClean(built);
	expect(built).not.toMatch(/maxptime|\bptime|stereo|cbr|\.local|99999|crypto|rid:/);
});

it.each<[string, (sdp: string) => string, RegExp]>([
	['nothing', () => '', /begin with v=0/],
	['garbage', () => 'hello\r\nworld', /begin with v=0/],
	['only a version', () => 'v=0\r\n', /exactly one audio/],
	['no audio', (sdp) => sdp.replace('m=audio', 'm=video'), /neither audio nor a data channel/],
	['two audio sections', (sdp) => sdp + sdp.slice(sdp.indexOf('m=audio'), sdp.indexOf('m=application')), /exactly one audio/],
	['audio switched off', (sdp) => sdp.replace('m=audio 9', 'm=audio 0'), /port 0/],
	['two data channel sections', (sdp) => `${sdp}${sdp.slice(sdp.indexOf('m=application')).replace('a=mid:1', 'a=mid:2')}`, /more than one data channel/],
	['no fingerprint', (sdp) => sdp.replace(/a=fingerprint:.*\r\n/g, ''), /no a=fingerprint/],
	['a weak fingerprint', (sdp) => sdp.replaceAll('sha-256', 'sha-1'), /a=fingerprint that is no/],
	['a short fingerprint', (sdp) => sdp.replace(/a=fingerprint:sha-256 ../g, 'a=fingerprint:sha-256 '), /a=fingerprint that is no/],
	['no ice-ufrag', (sdp) => sdp.replace(/a=ice-ufrag:.*\r\n/g, ''), /a=ice-ufrag/],
	['a short ice-pwd', (sdp) => sdp.replace(/a=ice-pwd:.*\r\n/g, 'a=ice-pwd:short\r\n'), /a=ice-pwd/],
	['no Opus', (sdp) => sdp.replace('opus/48000/2', 'PCMU/8000'), /no Opus/],
	['Opus of 0 Hz', (sdp) => sdp.replace('opus/48000/2', 'opus/0/2'), /no Opus/],
	['Opus with 99 channels', (sdp) => sdp.replace('opus/48000/2', 'opus/48000/99'), /no Opus/],
	['an Opus payload type of RTCP', (sdp) => sdp.replaceAll('111', '72'), /no Opus/],
	['receiving only', (sdp) => sdp.replace('a=sendrecv', 'a=recvonly'), /send and receive/],
	['unencrypted audio', (sdp) => sdp.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'), /unencrypted/],
	['no bundle', (sdp) => sdp.replace(/a=group:BUNDLE.*\r\n/, ''), /bundle/],
	['one mid twice', (sdp) => sdp.replace('a=mid:1', 'a=mid:0'), /mid twice/],
	['a mid of 1000 letters', (sdp) => sdp.replace('a=mid:0', `a=mid:${'x'.repeat(1000)}`), /valid a=mid/],
	['a bad sctp-port', (sdp) => sdp.replace('sctp-port:5000', 'sctp-port:70000'), /sctp-port/],
	['1 MB of attributes', (sdp) => sdp + 'a=x:y\r\n'.repeat(150_000), /longer than/],
	['an unknown setup', (sdp) => sdp.replaceAll('actpass', 'holdconn'), /a=setup/],
])('refuses %s and says what is wrong', (_, change, what) => {
	const hostile = change(offerOf());
	expect(hostile).not.toBe(offerOf());
	expect(refusal(hostile)).toMatch(what);
});

it('takes fingerprint and credentials from the session lines, as Firefox writes them', () => {
	const print = /a=fingerprint:.*\r\n/.exec(offerOf())?.[0] ?? '';
	const firefox = offerOf().replace(/a=fingerprint:.*\r\n/g, '').replace('t=0 0\r\n', `t=0 0\r\n${print}`);
	expect(rebuildOffer(firefox)).toBe(rebuildOffer(offerOf()));
});

it('accepts a bundled section of port 0 and either order of sections', () => {
	const bundled = offerOf().replace('m=application 9', 'm=application 0').replace('a=mid:1', 'a=bundle-only\r\na=mid:1');
	expect(rebuildOffer(bundled)).toBe(rebuildOffer(offerOf()));
	const sdp = offerOf();
	const [audio, application] = [sdp.indexOf('m=audio'), sdp.indexOf('m=application')];
	const swapped = sdp.slice(0, audio) + sdp.slice(application) + sdp.slice(audio, application);
	expect(lines(rebuildOffer(swapped)).filter((line) => line.startsWith('m='))[0]).toContain('application');
});

it('lets nothing through that is not on the list, whatever is inserted, cut or changed', () => {
	const base = offerOf();
	const change = fc.oneof(
		fc.record({ at: fc.nat(base.length), cut: fc.nat(40), text: fc.string({ maxLength: 60 }) }),
		fc.record({
			at: fc.constantFrom(...[...base.matchAll(/\r\n/g)].map(({ index }) => index + 2)),
			cut: fc.constant(0),
			text: fc.constantFrom(
				'a=maxptime:5\r\n',
				'a=fmtp:111 maxptime=10\r\n',
				'a=ptime:10\nm=audio 9 x 0\r',
				'm=video 9 UDP/TLS/RTP/SAVPF 96\r\n',
				'a=ssrc:1 cname:\u0000\r\n',
				'a=mid:0 a=maxptime:5\r\n',
				'a=extmap:99999999999 urn:x\r\n',
				'a=candidate:1 1 udp 1 ::1 1 typ host\r\n',
			),
		}),
	);
	fc.assert(
		fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
			let sdp = base;
			for (const { at, cut, text } of changes) sdp = sdp.slice(0, at) + text + sdp.slice(at + cut);
			let built: string;
			try {
				built = rebuildOffer(sdp);
			} catch (error) {
				expect((error as VoiceError).code).toBe('VOICE_ERR_BAD_OFFER');
				return;
			}
			expectClean(built);
		}),
		{ numRuns: 2000 },
	);
});
