import { VoiceError } from '../../contract/errors';

/** Chromium's offers with candidates are below 4000 characters; ten times that leaves room for any honest one. */
export const MAX_OFFER_CHARACTERS = 40_000;

/** The lines of an SDP, split at its `m=` lines. Attributes are without `a=`. */
export interface Section {
	/** '' for the session's own lines. */
	readonly media: string;
	readonly attributes: readonly string[];
}

export function badOffer(what: string): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_OFFER', `The SDP offer ${what}.`);
}

/** The session's lines first, then one section for each `m=` line. Only the form is checked here. */
export function sectionsOf(sdp: string): [Section, ...Section[]] {
	if (sdp.length > MAX_OFFER_CHARACTERS) throw badOffer(`is longer than ${MAX_OFFER_CHARACTERS} characters`);
	const lines = sdp.split(/\r\n|\r|\n/).filter((line) => line !== '');
	if (lines[0] !== 'v=0') throw badOffer('does not begin with v=0');
	const session: { media: string; attributes: string[] } = { media: '', attributes: [] };
	const sections: [typeof session, ...Array<typeof session>] = [session];
	let current = session;
	for (const line of lines) {
		if (line.startsWith('m=')) {
			current = { media: line.slice(2), attributes: [] };
			sections.push(current);
		} else if (line.startsWith('a=')) current.attributes.push(line.slice(2));
	}
	return sections;
}

/** The text after `name:` of the section's first such attribute. */
export function attribute({ attributes }: Section, name: string): string | undefined {
	return attributes.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
}
