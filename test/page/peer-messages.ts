/** What the test and its answering peer tell each other. */
export type PeerOrder =
	| { type: 'offer'; sdp: string }
	| { type: 'event'; json: string }
	| { type: 'tone'; hz: number };

export type PeerReport =
	| { type: 'answer'; sdp: string }
	| { type: 'open'; label: string }
	| { type: 'connection'; state: string }
	/** A page request. */
	| { type: 'request'; json: string }
	/** RMS of the last 200 ms heard from the page, 0..1. */
	| { type: 'loudness'; rms: number };
