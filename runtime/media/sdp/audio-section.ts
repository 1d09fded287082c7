import { attribute, badOffer, type Section } from './sections';

/** Header extensions that wrtc makes use of: bandwidth estimation, level, which section a packet belongs to. */
const EXTENSIONS = new Set([
	'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
	'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
	'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
	'urn:ietf:params:rtp-hdrext:sdes:mid',
]);

/** One stream of sound needs one source; a few more are harmless, thousands are an attack. */
const MAX_SOURCES = 4;
/** Opus' own range that makes sense for speech, bit/s. */
const MIN_BITRATE = 6000;
const MAX_BITRATE = 64_000;

/** What is said about the sound, without transport and candidates. */
export function audioLines(section: Section): string[] {
	const payload = opusPayload(section);
	if (['recvonly', 'sendonly', 'inactive'].some((direction) => section.attributes.includes(direction))) {
		throw badOffer('does not both send and receive sound (a=sendrecv)');
	}
	return [
		`m=audio 9 UDP/TLS/RTP/SAVPF ${payload}`,
		'c=IN IP4 0.0.0.0',
		'a=rtcp:9 IN IP4 0.0.0.0',
		'a=sendrecv',
		'a=rtcp-mux',
		`a=rtpmap:${payload} opus/48000/2`,
		...fmtp(section, payload),
		...(section.attributes.includes(`rtcp-fb:${payload} transport-cc`) ? [`a=rtcp-fb:${payload} transport-cc`] : []),
		...extensions(section),
		...sources(section),
	];
}

function opusPayload({ media, attributes }: Section): number {
	const [, , , ...formats] = media.split(' ');
	for (const line of attributes) {
		const [, payload, channels] = /^rtpmap:(\d{1,3}) opus\/48000\/(\d{1,2})$/i.exec(line) ?? [];
		if (payload === undefined || channels !== '2' || !formats.includes(payload)) continue;
		const number = Number(payload);
		// Below 35 stand the fixed formats, 64 to 95 collide with RTCP on the same port.
		if ((number >= 35 && number <= 63) || (number >= 96 && number <= 127)) return number;
	}
	throw badOffer('has no Opus format (opus/48000/2) in its audio section');
}

/**
 * Only what cannot hurt. `maxptime` never: below 20 it kills this process (SIGILL in wrtc 0.10.0's encoder).
 * `ptime` neither: 20 ms suits speech. Stereo would double the bit rate for one and the same voice.
 */
function fmtp({ attributes }: Section, payload: number): string[] {
	const given = attributes.find((line) => line.startsWith(`fmtp:${payload} `))?.slice(`fmtp:${payload} `.length) ?? '';
	const values = new Map(
		given.split(';').map((pair): [string, string] => {
			const [name = '', value = ''] = pair.split('=', 2);
			return [name.trim().toLowerCase(), value.trim()];
		}),
	);
	const bitrate = Number(values.get('maxaveragebitrate'));
	const kept = [
		'minptime=10',
		`useinbandfec=${values.get('useinbandfec') === '0' ? 0 : 1}`,
		...(values.get('usedtx') === '1' ? ['usedtx=1'] : []),
		...(Number.isInteger(bitrate) && bitrate >= MIN_BITRATE && bitrate <= MAX_BITRATE ? [`maxaveragebitrate=${bitrate}`] : []),
	];
	return [`a=fmtp:${payload} ${kept.join(';')}`];
}

function extensions({ attributes }: Section): string[] {
	const used = new Set<string>();
	return attributes.flatMap((line) => {
		const [, id, uri] = /^extmap:([1-9]|1[0-4]) (\S+)$/.exec(line) ?? [];
		if (id === undefined || uri === undefined || !EXTENSIONS.has(uri) || used.has(id) || used.has(uri)) return [];
		used.add(id).add(uri);
		return [`a=extmap:${id} ${uri}`];
	});
}

function sources(section: Section): string[] {
	const token = '[A-Za-z0-9!#$%&\'*+.^_`{|}~/-]{1,64}';
	const stream = new RegExp(`^(-|${token})( ${token})?$`).exec(attribute(section, 'msid') ?? '')?.[0];
	const ssrc = new RegExp(`^ssrc:(\\d{1,10}) cname:(${token})$`);
	const named = section.attributes.flatMap((line) => {
		const [, id, cname] = ssrc.exec(line) ?? [];
		return id !== undefined && Number(id) > 0 && Number(id) < 2 ** 32 ? [`a=ssrc:${id} cname:${cname}`] : [];
	});
	return [...(stream ? [`a=msid:${stream}`] : []), ...[...new Set(named)].slice(0, MAX_SOURCES)];
}
