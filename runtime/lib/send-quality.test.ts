// Guards against: a narrow network that we flood until nothing is understood, once or again and again, and a good one that is
// sent poor sound.
import { SEND_LEVELS, type SendLevel, SendQuality } from './send-quality';

/** On the wire, kbit/s, while somebody speaks and while nobody does. */
const SPEECH: ReadonlyMap<SendLevel, number> = new Map(SEND_LEVELS.map((level, at) => [level, [52, 33, 23][at] ?? 0]));
const SILENCE: ReadonlyMap<SendLevel, number> = new Map(SEND_LEVELS.map((level, at) => [level, [22, 11, 8][at] ?? 0]));
/** What a router keeps before it drops packets. */
const FULL_MS = 1000;

/** An end that sends into a network with a queue of a second, second by second. */
class Sender {
	readonly levels: number[] = [];
	readonly queues: number[] = [];
	kbit = Infinity;
	wayMs = 40;
	path = 'wifi';
	/** The radio's. */
	loss = 0;
	effective = true;
	private queueKbit = 0;
	private sentBytes = 0;
	private roundTrips = 0;
	private roundTripMs: number | null = null;
	private seconds = 0;

	constructor(readonly quality = new SendQuality()) {}

	/** @param speaks whether somebody speaks in a second */
	send(seconds: number, speaks: (second: number) => boolean = () => true): this {
		for (let second = 0; second < seconds; second++) this.second(speaks(second));
		return this;
	}

	get level(): number {
		return SEND_LEVELS.indexOf(this.quality.level);
	}

	/** Of the seconds from `from` on, those in which what is said comes late. */
	late(from = 0): number {
		const queues = this.queues.slice(from);
		return queues.filter((ms) => ms >= 300).length / queues.length;
	}

	private second(speaks: boolean): void {
		const { level } = this.quality;
		const sent = (speaks ? SPEECH : SILENCE).get(level) ?? 0;
		const waiting = Math.max(0, this.queueKbit + sent - this.kbit);
		const room = this.kbit === Infinity ? 0 : (this.kbit * FULL_MS) / 1000;
		this.queueKbit = Math.min(room, waiting);
		const queueMs = this.kbit === Infinity ? 0 : (this.queueKbit / this.kbit) * 1000;
		this.sentBytes += ((speaks ? 0.9 : 0.05) * level.bitrate) / 8;
		// The round trip is measured every 2.5 s.
		if (++this.seconds % 5 === 0 || this.seconds % 5 === 3) {
			this.roundTripMs = this.wayMs + queueMs;
			this.roundTrips++;
		}
		const lostOut = 1 - (1 - this.loss) * (1 - (waiting - this.queueKbit) / sent);
		const better = this.quality.take({ roundTripMs: this.roundTripMs, roundTrips: this.roundTrips, lostOut, sentBytes: this.sentBytes, path: this.path });
		if (better && this.effective) this.quality.took(better);
		this.levels.push(this.level);
		this.queues.push(queueMs);
	}
}

function inNetwork(kbit: number): Sender {
	const sender = new Sender().send(20);
	sender.kbit = kbit;
	return sender;
}

it('a good network is sent good sound, whatever is lost in it, and over however long a way', () => {
	expect(new Set(new Sender().send(300).levels)).toEqual(new Set([0]));
	const lossy = new Sender();
	lossy.loss = 0.3;
	expect(new Set(lossy.send(300).levels)).toEqual(new Set([0]));
	const far = new Sender();
	far.wayMs = 600;
	expect(new Set(far.send(300).levels)).toEqual(new Set([0]));
});

it.each([45, 40, 35, 30, 25])('in %i kbit/s the queue is gone within 25 s, and comes back for moments only', (kbit) => {
	const sender = inNetwork(kbit).send(900);
	expect(sender.queues.slice(45, 65).every((ms) => ms < 300)).toBe(true);
	expect(sender.late(45)).toBeLessThan(0.07);
	// What fits is found: the middle level where it is enough.
	expect(sender.levels.slice(400, 420).every((level) => level <= (kbit > 33 ? 1 : 2))).toBe(true);
});

it.each([
	[6, 20],
	[4, 30],
	[15, 90],
])('an agent that speaks for %i s every %i s in a narrow network does not begin each time with too much', (speaks, every) => {
	const sender = inNetwork(30).send(1800, (second) => second % every < speaks);
	const spoken = sender.levels.slice(20).filter((_level, second) => second % every < speaks);
	expect(spoken.filter((level) => level === 0).length / spoken.length).toBeLessThan(0.1);
});

it.each([10, 15, 20, 22, 22.5])('%i kbit/s is too narrow for anything: the least is sent, and not more because the queue is always full', (kbit) => {
	const sender = inNetwork(kbit).send(1800);
	const levels = sender.levels.slice(60);
	expect(levels.filter((level) => level < 2).length / levels.length).toBeLessThan(0.07);
});

it('sends more again when the network is wide again: after a quarter of a minute first, after minutes where that has failed', () => {
	const once = inNetwork(30).send(12);
	expect(once.level).toBeGreaterThan(0);
	once.kbit = Infinity;
	expect(once.send(150).level).toBe(0);
	const often = inNetwork(30).send(1800);
	often.kbit = Infinity;
	expect(often.send(480).level).toBe(0);
	// What has held is no longer held against it.
	often.send(300).kbit = 30;
	often.send(12).kbit = Infinity;
	expect(often.send(150).level).toBe(0);
});

it('nothing is held against another network', () => {
	const sender = inNetwork(30).send(1800);
	expect(sender.level).toBe(2);
	Object.assign(sender, { kbit: Infinity, path: 'mobile' });
	expect(sender.send(50).level).toBe(0);
});

it('what was learnt holds for the next connection in the same network, and the waits for no other', () => {
	const before = inNetwork(30).send(1800);
	expect(before.level).toBe(2);
	const next = (path: string): Sender => {
		const sender = new Sender(new SendQuality(before.quality.memory));
		return Object.assign(sender, { path, kbit: 30 });
	};
	// Not a second of it is sent as in a good network.
	expect(Math.min(...next('wifi').send(60).levels)).toBeGreaterThan(0);
	const moved = next('mobile');
	moved.kbit = Infinity;
	expect(moved.send(50).level).toBe(0);
});

it('a full network in which ICE goes to and fro between addresses is seen for what it is', () => {
	const sender = inNetwork(30);
	for (let times = 0; times < 20; times++) {
		sender.path = `address ${times % 2}`;
		sender.send(2);
	}
	expect(sender.level).toBeGreaterThan(0);
});

it('one late answer is no queue, nor is one that is looked at for long', () => {
	const quality = new SendQuality();
	const read = (roundTripMs: number | null, roundTrips: number) => quality.take({ roundTripMs, roundTrips, lostOut: null, sentBytes: 0, path: '' });
	for (let second = 0; second < 30; second++) expect(read(null, 0)).toBeUndefined();
	for (let second = 0; second < 10; second++) expect(read(40, second)).toBeUndefined();
	for (let second = 0; second < 60; second++) expect(read(900, 10)).toBeUndefined();
});

it('a longer way after another network is known as such within minutes', () => {
	const sender = new Sender().send(30);
	sender.wayMs = 400;
	expect(sender.send(10).level).toBeGreaterThan(0);
	expect(sender.send(300).level).toBe(0);
});

it('what could not be brought into effect is not taken for what is sent, and is tried again', () => {
	const sender = inNetwork(30);
	sender.effective = false;
	expect(sender.send(60).level).toBe(0);
	sender.effective = true;
	expect(sender.send(12).level).toBeGreaterThan(0);
});
