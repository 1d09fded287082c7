// Guards against: a caller's own wish for fewer bits that is overruled, and an encoder that is not told.
import { withSendEncoding } from './send-encoding';

function described(fmtp: string, ...more: string[]): string {
	return ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111 63', 'a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111', 'a=rtpmap:111 opus/48000/2', `a=fmtp:111 ${fmtp}`, ...more, 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', ''].join('\r\n');
}

it('says the bitrate and the packet time, and nothing else changes', () => {
	const changed = withSendEncoding(described('minptime=10;useinbandfec=1'), { bitrate: 16_000, packetMs: 60 });
	expect(changed).toBe(described('minptime=10;useinbandfec=1;maxaveragebitrate=16000', 'a=ptime:60'));
	expect(withSendEncoding(changed, { bitrate: 16_000, packetMs: 60 })).toBe(changed);
});

it('who asked for less gets less', () => {
	expect(withSendEncoding(described('minptime=10;maxaveragebitrate=12000', 'a=ptime:20'), { bitrate: 24_000, packetMs: 40 })).toBe(described('minptime=10;maxaveragebitrate=12000', 'a=ptime:40'));
});

it('a description without Opus stays as it is', () => {
	const other = described('minptime=10').replace('opus', 'g722');
	expect(withSendEncoding(other, { bitrate: 16_000, packetMs: 60 })).toBe(other);
});
