import type { SendMemory } from '../contract/link';

/** How an end packs the sound that it sends: an encoder takes this from the other end's description. */
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

/** What an end knows of what it sends, once a second; counts since the call began. */
export interface SendReading {
	/** The newest; null before the first. */
	readonly roundTripMs: number | null;
	/** How often it was measured; null where that is not told. */
	readonly roundTrips: number | null;
	/** Of our packets, the share that the other end misses; null before its first report. */
	readonly lostOut: number | null;
	/** Sound alone, without headers. */
	readonly sentBytes: number;
	/** Names the network that the packets take: another one says nothing of the one before. '' while that is not known. */
	readonly path: string;
}

/** Packets that wait so much longer than they need to are waiting in a queue that we fill. */
const QUEUE_MS = 250;
const NO_QUEUE_MS = 100;
/** A queue that is full for good looks like a long way, but for what it drops. */
const OVERFLOWING = 0.05;
/** The round trip is measured every 2.5 s: twice bad is no accident. */
const WORSE_AFTER_S = 4;
/** So long a measurement says something. */
const FRESH_S = 3;
/** So long less must do before more is tried; after each try that failed so many times longer. */
const TRY_AFTER_S = 15;
const LONGER = 4;
const MOST_S = 240;
/** Whoever wanders from one to the next begins anew in an old one. */
const MOST_PATHS = 16;
/** Of a level's bit rate: below it there was hardly anything to send, and silence fits anywhere. */
const USED = 0.5;

/**
 * Chooses how much an end sends. Only a queue asks for less: packets that are lost without one (a poor radio) would be lost
 * at any rate, and against those Opus's forward error correction helps, which needs its bits. A level that was too much is
 * tried again after longer and longer times, or what empties the queue would fill it anew every 15 s.
 */
export class SendQuality {
	private at: number;
	/**
	 * The shortest round trip, forgotten bit by bit: the way may become a longer one. Not forgotten at once in another
	 * network: a full one makes ICE go to and fro between addresses, and the queue would be taken for the way.
	 */
	private shortest: number;
	/** Seconds in a row. */
	private worse = 0;
	private better = 0;
	private sinceMeasured = 0;
	/** The level is above one that did, and has not shown yet that it does. */
	private onTrial = false;
	/** For each level: so long the one below must do before it is tried. */
	private waits: readonly number[];
	private before: SendReading | undefined;
	private paths: readonly string[];

	/** @param memory of the connection before */
	constructor({ at = 0, waits = SEND_LEVELS.map(() => TRY_AFTER_S), shortestMs = null, paths = [] }: Partial<SendMemory> = {}) {
		this.at = at;
		this.waits = waits;
		this.shortest = shortestMs ?? Infinity;
		this.paths = paths;
	}

	get memory(): SendMemory {
		const { at, waits, shortest, paths } = this;
		return { at, waits, shortestMs: shortest === Infinity ? null : shortest, paths };
	}

	/** What is in effect. */
	get level(): SendLevel {
		return levelAt(this.at);
	}

	get lowered(): boolean {
		return this.at > 0;
	}

	/** @returns what would be better than the level in effect; say took() once it is in effect. */
	take(reading: SendReading): SendLevel | undefined {
		const { before } = this;
		this.before = reading;
		const { roundTripMs, roundTrips, lostOut } = reading;
		this.sinceMeasured = before && roundTrips !== null && roundTrips === before.roundTrips ? this.sinceMeasured + 1 : 0;
		this.follow(reading.path);
		if (roundTripMs === null || this.sinceMeasured >= FRESH_S) return undefined;
		this.shortest = Math.min(roundTripMs, this.shortest * 1.01 + 1);
		const queueMs = roundTripMs - this.shortest;
		const overflows = (lostOut ?? 0) >= OVERFLOWING;
		this.worse = queueMs >= QUEUE_MS || (overflows && this.onTrial) ? this.worse + 1 : 0;
		if (queueMs > NO_QUEUE_MS || overflows) this.better = 0;
		else if (before && (reading.sentBytes - before.sentBytes) * 8 >= USED * this.level.bitrate) this.better++;
		if (this.better >= this.waitFor(this.at)) this.holds();
		if (this.worse >= WORSE_AFTER_S) return this.next(1);
		return this.better >= this.waitFor(this.at - 1) ? this.next(-1) : undefined;
	}

	/** This level is in effect from now on. */
	took(level: SendLevel): void {
		const to = SEND_LEVELS.indexOf(level);
		if (to > this.at) this.waits = this.waits.with(this.at, Math.min(MOST_S, this.waitFor(this.at) * LONGER));
		this.onTrial = to < this.at;
		this.at = to;
		this.better = 0;
	}

	/** What is not brought into effect is proposed again after a while. */
	private next(step: 1 | -1): SendLevel | undefined {
		this.worse = 0;
		const to = SEND_LEVELS[this.at + step];
		if (step < 0) this.better = 0;
		return to;
	}

	/** For as long as it was kept back for. */
	private holds(): void {
		this.onTrial = false;
		this.waits = this.waits.map((wait, at) => (at < this.at ? wait : TRY_AFTER_S));
	}

	private follow(path: string): void {
		if (path === '' || this.paths.includes(path)) return;
		this.paths = [...this.paths, path].slice(-MOST_PATHS);
		this.waits = SEND_LEVELS.map(() => TRY_AFTER_S);
	}

	private waitFor(at: number): number {
		return this.waits[at] ?? Infinity;
	}
}

function levelAt(at: number): SendLevel {
	return SEND_LEVELS[at] ?? SEND_LEVELS[0];
}
