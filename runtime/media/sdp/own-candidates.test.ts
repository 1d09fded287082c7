// Guards against an answer that shows strangers the machine's inner addresses, and against one by which nobody behind a NAT can reach it.
import { type OwnAddresses, publishedAnswer, publishedCandidate } from './own-candidates';

const HERE: OwnAddresses = { loopback: true, publicAddresses: [] };
const THERE: OwnAddresses = { loopback: false, publicAddresses: [] };

const UDP = 'candidate:1 1 udp 2122194687 10.0.0.5 50000 typ host generation 0 ufrag Ab network-id 1';
const DOCKER = 'candidate:2 1 udp 2122194686 172.17.0.1 50000 typ host generation 0 ufrag Ab network-id 2';
const TCP = 'candidate:3 1 tcp 1518214911 10.0.0.5 50000 typ host tcptype passive generation 0 ufrag Ab network-id 1';
const V6 = 'candidate:4 1 udp 2122265343 fd00::2 50000 typ host generation 0 ufrag Ab network-id 3';
const LOOPBACK = 'candidate:5 1 udp 2122063615 127.0.0.1 50000 typ host generation 0 ufrag Ab network-id 4';
const LOOPBACK_V6 = 'candidate:6 1 tcp 1518157055 ::1 50000 typ host tcptype passive generation 0 ufrag Ab network-id 5';
const RELAY = 'candidate:7 1 udp 41885439 203.0.113.9 49170 typ relay raddr 10.0.0.5 rport 61000 generation 0';

/** As wrtc makes it, shortened. */
function answer(...candidates: string[]): string {
	return [
		'v=0',
		'o=- 7 2 IN IP4 127.0.0.1',
		's=-',
		't=0 0',
		'a=group:BUNDLE 0 1',
		'm=audio 50000 UDP/TLS/RTP/SAVPF 111',
		'c=IN IP4 10.0.0.5',
		'a=rtcp:9 IN IP4 0.0.0.0',
		...candidates.map((candidate) => `a=${candidate}`),
		'a=mid:0',
		'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
		'c=IN IP4 0.0.0.0',
		'a=mid:1',
		'm=video 0 UDP/TLS/RTP/SAVPF 96',
		'',
	].join('\r\n');
}

function candidatesOf(sdp: string): string[] {
	return sdp.split('\r\n').filter((line) => line.startsWith('a=candidate:')).map((line) => line.slice(2));
}

it('loopback candidates go to who is at this machine only', () => {
	const all = answer(UDP, V6, LOOPBACK, LOOPBACK_V6, TCP);
	expect(candidatesOf(publishedAnswer(all, HERE))).toEqual([UDP, V6, LOOPBACK, LOOPBACK_V6, TCP]);
	expect(candidatesOf(publishedAnswer(all, THERE))).toEqual([UDP, V6, TCP]);
});

it('a public address stands for all of its family, with transport and port, and each place once', () => {
	const published = publishedAnswer(answer(UDP, DOCKER, TCP, V6), { ...THERE, publicAddresses: [{ address: '203.0.113.7' }] });
	expect(candidatesOf(published).map((line) => line.split(' ').slice(2, 6).join(' '))).toEqual([
		'udp 2122194687 203.0.113.7 50000',
		'tcp 1518214911 203.0.113.7 50000',
		'udp 2122265343 fd00::2 50000',
	]);
	expect(published).not.toContain('10.0.0.5');
	expect(published).not.toContain('172.17.0.1');
});

it('or for one of the addresses, and the others stay', () => {
	const own = { ...THERE, publicAddresses: [{ address: '203.0.113.7', local: '10.0.0.5' }, { address: '2001:db8::7', local: 'fd00::2' }] };
	const shown = [UDP, DOCKER, V6].map((candidate) => publishedCandidate(candidate, own)?.split(' ')[4]);
	expect(shown).toEqual(['203.0.113.7', '172.17.0.1', '2001:db8::7']);
});

it('says no address outside of the candidates, and leaves what is refused refused', () => {
	const published = publishedAnswer(answer(UDP), THERE).split('\r\n');
	expect(published).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 111');
	expect(published).toContain('m=video 0 UDP/TLS/RTP/SAVPF 96');
	expect(published.filter((line) => line.startsWith('c='))).toEqual(['c=IN IP4 0.0.0.0', 'c=IN IP4 0.0.0.0']);
	expect(published.filter((line) => line.includes('10.0.0.5'))).toEqual([`a=${UDP}`]);
});

it('a relayed candidate stays where it is, and does not say what is behind it', () => {
	const own = { ...THERE, publicAddresses: [{ address: '203.0.113.7' }] };
	expect(publishedCandidate(RELAY, own)).toBe('candidate:7 1 udp 41885439 203.0.113.9 49170 typ relay raddr 0.0.0.0 rport 0 generation 0');
});
