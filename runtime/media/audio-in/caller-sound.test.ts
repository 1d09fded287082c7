// Guards against words cut off at the front, gaps in what the recogniser gets, and sound sent after `rest`.
import fc from 'fast-check';
import { type CallerEvent, CallerSound, SoundMemory } from './caller-sound';

/** A VAD that goes by a frame's loudest sample: 1000 and more is speech. */
const loudness = { judge: (frame: Int16Array) => Promise.resolve(Math.max(...frame) >= 1000 ? 0.95 : 0.05) };

async function hear(parts: Array<{ ms: number; level: number; rest?: boolean }>, frameMs = 10) {
	const events: CallerEvent[] = [];
	let now = 1000;
	const failures: unknown[] = [];
	const sound = new CallerSound(loudness, { now: () => now }, 200, (event) => events.push(event), (error) => failures.push(error));
	let total = 0;
	const all: number[] = [];
	for (const { ms, level, rest } of parts) {
		if (rest) sound.rest();
		for (let i = 0; i < ms / frameMs; i++) {
			now += frameMs;
			const samples = Int16Array.from({ length: 16 * frameMs }, (_, n) => level + ((total + n) % 997));
			total += samples.length;
			all.push(...samples);
			sound.push({ samples, sampleRate: 16_000 });
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
	expect(failures).toEqual([]);
	return { events, all };
}

function joined(events: CallerEvent[]): number[] {
	return events.flatMap((event) => (event.type === 'audio' ? [...event.pcm] : []));
}
function edges(events: CallerEvent[]): string[] {
	return events.flatMap(({ type }) => (type === 'audio' ? [] : [type]));
}

it('sends 320 ms of before, then everything, until rest', async () => {
	const { events, all } = await hear([
		{ ms: 1000, level: -2000 },
		{ ms: 500, level: 5000 },
		{ ms: 800, level: -2000 },
		{ ms: 500, level: -2000, rest: true },
	]);
	expect(edges(events)).toEqual(['speechStarted', 'speechPaused', 'speechStopped']);
	const started = events.find((event) => event.type === 'speechStarted');
	const from = (started?.at as number) - 1000 - 320;
	const sent = joined(events);
	expect(sent).toEqual(all.slice(from * 16, from * 16 + sent.length));
	expect(from * 16 + sent.length).toBeGreaterThan(2200 * 16);
	expect(from * 16 + sent.length).toBeLessThanOrEqual(2300 * 16);
});

it('has sent all of the speech before it says that the speech stopped', async () => {
	const { events } = await hear([
		{ ms: 600, level: -2000 },
		{ ms: 500, level: 5000 },
		{ ms: 600, level: -2000 },
	]);
	const stop = events.findIndex(({ type }) => type === 'speechStopped');
	const before = events.slice(0, stop).findLast(({ type }) => type === 'audio');
	expect(before?.at).toBe(events[stop]?.at);
});

it('a pause within a turn leaves no gap and repeats nothing', async () => {
	const { events, all } = await hear([
		{ ms: 600, level: -2000 },
		{ ms: 400, level: 5000 },
		{ ms: 450, level: -2000 },
		{ ms: 400, level: 5000 },
		{ ms: 400, level: -2000 },
	]);
	expect(edges(events)).toEqual(['speechStarted', 'speechPaused', 'speechStopped', 'speechStarted', 'speechPaused', 'speechStopped']);
	const sent = joined(events);
	const from = ((events[0]?.at as number) - 1000 - 320) * 16;
	expect(sent).toEqual(all.slice(from, from + sent.length));
});

it('a rest that crosses with new speech does not cut it off', async () => {
	const { events, all } = await hear([
		{ ms: 600, level: -2000 },
		{ ms: 400, level: 5000 },
		{ ms: 400, level: -2000 },
		{ ms: 200, level: 5000 },
		{ ms: 200, level: 5000, rest: true },
		{ ms: 400, level: -2000 },
	]);
	const sent = joined(events);
	const from = ((events[0]?.at as number) - 1000 - 320) * 16;
	expect(sent).toEqual(all.slice(from, from + sent.length));
	expect(edges(events)).toEqual(['speechStarted', 'speechPaused', 'speechStopped', 'speechStarted', 'speechPaused', 'speechStopped']);
});

it('speaks up again after rest, with its own pre-roll', async () => {
	const { events } = await hear([
		{ ms: 600, level: -2000 },
		{ ms: 400, level: 5000 },
		{ ms: 400, level: -2000 },
		{ ms: 1000, level: -2000, rest: true },
		{ ms: 400, level: 5000 },
		{ ms: 400, level: -2000 },
	]);
	const second = events.findLastIndex(({ type }) => type === 'speechStarted');
	const first = events[second + 1];
	expect(first?.type).toBe('audio');
	expect(first?.at).toBe((events[second]?.at as number) - 320 + 80);
});

it('times are where the sound was, at any frame length and rate', async () => {
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(10, 20, 40), fc.integer({ min: 20, max: 60 }), async (frameMs, lead) => {
			const { events } = await hear([{ ms: lead * 40, level: -2000 }, { ms: 400, level: 5000 }], frameMs);
			const started = events.find((event) => event.type === 'speechStarted');
			expect(Math.abs((started as { speechAt: number }).speechAt - 1000 - lead * 40)).toBeLessThanOrEqual(32);
		}),
		{ numRuns: 20 },
	);
});

// Guards against the recogniser getting sound out of order, twice, or from the wrong end of the ring.

it('reads back exactly what was written, as far as it remembers', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 50 }),
			fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 20 }),
			fc.nat(400),
			fc.nat(400),
			(capacity, lengths, from, to) => {
				const memory = new SoundMemory(capacity);
				let written = 0;
				for (const length of lengths) {
					memory.push(Int16Array.from({ length }, (_, i) => written + i));
					written += length;
				}
				expect(memory.end).toBe(written);
				const expected = [];
				for (let i = Math.max(from, written - capacity); i < Math.min(to, written); i++) expected.push(i);
				expect([...memory.read(from, to)]).toEqual(expected);
			},
		),
	);
});
