import type { LinkFigures } from '../../contract/link';

/** How our sound is packed: wrtc takes this from the caller's description, and from nowhere else. */
export interface SendLevel {
	/** Of Opus, bit/s. */
	readonly bitrate: number;
	/** Sound in a packet. Every packet costs some 50 bytes more, which is 20 kbit/s at 20 ms and 7 at 60. */
	readonly packetMs: 20 | 40 | 60;
}

/** From a good network to a narrow one: 52, 33 and 23 kbit/s on the wire. Speech stays plain at 16 kbit/s. */
export const SEND_LEVELS: readonly [SendLevel, ...SendLevel[]] = [
	{ bitrate: 32_000, packetMs: 20 },
	{ bitrate: 24_000, packetMs: 40 },
	{ bitrate: 16_000, packetMs: 60 },
];

/** Packets that wait so much longer than they need to are waiting in a queue that we fill. */
const QUEUE_MS = 250;
const NO_QUEUE_MS = 100;
/** The round trip is measured every 2.5 s: twice bad is no accident. */
const WORSE_AFTER_S = 4;
const BETTER_AFTER_S = 15;

/**
 * Chooses how much we send. Only a queue asks for less: packets that are lost without one (a poor radio) would be lost at
 * any rate, and against those Opus's forward error correction helps, which needs its bits. Told once a second.
 */
export class SendQuality {
	private at = 0;
	/** The shortest round trip, forgotten bit by bit: a caller may change networks. */
	private shortest = Infinity;
	private worse = 0;
	private better = 0;

	get level(): SendLevel {
		return SEND_LEVELS[this.at] ?? SEND_LEVELS[0];
	}

	/** @returns whether the level changed. */
	take({ roundTripMs }: Pick<LinkFigures, 'roundTripMs'>): boolean {
		if (roundTripMs === null) return false;
		this.shortest = Math.min(roundTripMs, this.shortest * 1.01 + 1);
		const queueMs = roundTripMs - this.shortest;
		this.worse = queueMs >= QUEUE_MS ? this.worse + 1 : 0;
		this.better = queueMs <= NO_QUEUE_MS ? this.better + 1 : 0;
		if (this.worse >= WORSE_AFTER_S) return this.go(1);
		return this.better >= BETTER_AFTER_S && this.go(-1);
	}

	private go(step: 1 | -1): boolean {
		const to = Math.min(SEND_LEVELS.length - 1, Math.max(0, this.at + step));
		this.worse = 0;
		this.better = 0;
		if (to === this.at) return false;
		this.at = to;
		return true;
	}
}
