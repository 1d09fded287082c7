import { VoiceError } from '../../contract/errors';
import { type IceCandidate, MAX_CANDIDATES, iceCandidate } from '../../contract/signalling';

const MAX_FRAGMENT_CHARACTERS = 64_000;

/** An SDP fragment (RFC 8840): candidates, and the ICE session that they are for. */
export interface SdpFragment {
	readonly ufrag: string | undefined;
	readonly pwd: string | undefined;
	readonly candidates: readonly IceCandidate[];
}

/** Only the form is checked here: candidates and credentials are checked where they are used. @throws VOICE_ERR_BAD_REQUEST */
export function parseFragment(text: string): SdpFragment {
	if (text.length > MAX_FRAGMENT_CHARACTERS) throw badFragment(`is longer than ${MAX_FRAGMENT_CHARACTERS} characters`);
	const lines = text.split(/\r\n|\r|\n/).filter((line) => line !== '');
	const ufrag = valueOf(lines, 'ice-ufrag');
	const candidates: IceCandidate[] = [];
	let sdpMid: string | undefined;
	for (const line of lines) {
		if (line.startsWith('a=mid:')) sdpMid = line.slice('a=mid:'.length);
		const isEnd = line === 'a=end-of-candidates';
		if (!isEnd && !line.startsWith('a=candidate:')) continue;
		const parsed = iceCandidate.safeParse({ candidate: isEnd ? '' : line.slice(2), sdpMid, usernameFragment: ufrag });
		if (!parsed.success) throw badFragment('has a line that is too long');
		candidates.push(parsed.data);
	}
	if (candidates.length > MAX_CANDIDATES) throw badFragment(`has more than ${MAX_CANDIDATES} candidates`);
	if (candidates.length === 0 && ufrag === undefined) throw badFragment('has neither a=candidate nor a=ice-ufrag');
	return { ufrag, pwd: valueOf(lines, 'ice-pwd'), candidates };
}

/** The same offer for another ICE session. @throws VOICE_ERR_BAD_REQUEST */
export function restartedOffer(offer: string, { ufrag, pwd, candidates }: SdpFragment): string {
	if (ufrag === undefined || pwd === undefined) throw badFragment('restarts ICE without a=ice-ufrag and a=ice-pwd');
	const found = candidates.flatMap(({ candidate }) => (candidate === '' ? [] : [`a=${candidate}`]));
	const lines = offer.split(/\r\n|\r|\n/).filter((line) => line !== '' && !/^a=(candidate:|end-of-candidates)/.test(line));
	let sections = 0;
	const restarted = lines.flatMap((line) => {
		if (line.startsWith('a=ice-ufrag:')) return [`a=ice-ufrag:${ufrag}`];
		if (line.startsWith('a=ice-pwd:')) return [`a=ice-pwd:${pwd}`];
		// All sections are one bundle: its candidates are those of the first.
		return line.startsWith('m=') && sections++ === 1 ? [...found, line] : [line];
	});
	return [...restarted, ...(sections < 2 ? found : []), ''].join('\r\n');
}

/** What the caller needs of our answer to a restart. */
export function fragmentOf(answer: string): string {
	const lines = answer.split(/\r\n/);
	const [media = 'm=audio 9 UDP/TLS/RTP/SAVPF 0'] = lines.filter((line) => line.startsWith('m='));
	const first = (name: string): string[] => lines.filter((line) => line.startsWith(`a=${name}:`)).slice(0, 1);
	const candidates = new Set(lines.filter((line) => line.startsWith('a=candidate:')));
	return [...first('ice-ufrag'), ...first('ice-pwd'), media, ...first('mid'), ...candidates, 'a=end-of-candidates', ''].join('\r\n');
}

function valueOf(lines: readonly string[], name: string): string | undefined {
	return lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);
}

function badFragment(what: string): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `The SDP fragment ${what}.`, {
		remedy: 'Send candidates as application/trickle-ice-sdpfrag (RFC 8840); docs/signalling.md has an example.',
	});
}
