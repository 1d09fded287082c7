// Guards against: two speeches on one sequence, a new speaker kept waiting by paused ones, and a place that is lost for good.
import fc from 'fast-check';
import { SpeechPlaces } from './speech-places';

const never = new AbortController().signal;
async function turn(): Promise<void> {
	return await new Promise((resolve) => setImmediate(resolve));
}

/** A sequence that remembers who wrote to it last. */
interface Sequence {
	writer: number;
}

/** Writes `tokens` on whatever sequence it gets, pausing after those in `pauses`; as the real source does. */
async function speech(places: SpeechPlaces<Sequence>, writer: number, tokens: number, pauses: ReadonlyMap<number, number>): Promise<number> {
	let reads = 0;
	let seat = await places.take(never);
	for (let token = 0; token < tokens; ) {
		seat.place.writer = writer;
		reads++;
		for (; token < tokens; token++) {
			expect(seat.place.writer).toBe(writer);
			await Promise.resolve();
			seat.rest();
			for (let pause = pauses.get(token) ?? 0; pause > 0; pause--) await turn();
			if (seat.back()) continue;
			token++;
			seat = await places.take(never);
			break;
		}
	}
	seat.leave();
	return reads;
}

describe('SpeechPlaces', () => {
	it('never has two speeches on a sequence, and lets everybody finish, whoever pauses when', async () => {
		const plan = fc.record({
			tokens: fc.integer({ min: 1, max: 12 }),
			pauses: fc.array(fc.tuple(fc.nat(11), fc.integer({ min: 1, max: 6 })), { maxLength: 5 }),
			starts: fc.nat(6),
		});
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(plan, { minLength: 1, maxLength: 8 }), async (size, plans) => {
				const places = new SpeechPlaces<Sequence>(Array.from({ length: size }, () => ({ writer: -1 })));
				const spoken = plans.map(async ({ tokens, pauses, starts }, writer) => {
					for (let wait = 0; wait < starts; wait++) await turn();
					return await speech(places, writer, tokens, new Map(pauses));
				});
				await Promise.all(spoken);
				// Every place is there again.
				for (let each = 0; each < size; each++) await places.take(never);
			}),
			{ numRuns: 60 },
		);
	});

	it('gives a third speaker the place of the one of two that paused first', async () => {
		const places = new SpeechPlaces(['a', 'b']);
		const [first, second] = [await places.take(never), await places.take(never)];
		first.rest();
		await turn();
		second.rest();
		await turn();
		const third = await places.take(never);
		expect(third.place).toBe(first.place);
		expect(second.back()).toBe(true);
		expect(first.back()).toBe(false);
		// Goes on when the next one leaves or rests.
		const again = places.take(never);
		third.leave();
		expect((await again).place).toBe(third.place);
	});

	it('takes no place from a speech that only hands out a token, nor from a paused one that nobody troubles', async () => {
		const places = new SpeechPlaces(['a']);
		const seat = await places.take(never);
		const waiting = places.take(never);
		for (let token = 0; token < 50; token++) {
			seat.rest();
			await Promise.resolve();
			expect(seat.back()).toBe(true);
			await turn();
		}
		seat.leave();
		const next = await waiting;
		next.rest();
		for (let each = 0; each < 5; each++) await turn();
		expect(next.back()).toBe(true);
	});

	it('keeps to the first sequences, so that those in use are neighbours', async () => {
		const sequences = [0, 1, 2, 3].map((writer) => ({ writer }));
		const places = new SpeechPlaces(sequences);
		const [first, second, third] = [await places.take(never), await places.take(never), await places.take(never)];
		expect([first, second, third].map(({ place }) => place)).toEqual(sequences.slice(0, 3));
		second.leave();
		first.leave();
		expect((await places.take(never)).place).toBe(sequences[0]);
		expect((await places.take(never)).place).toBe(sequences[1]);
	});

	it('lets one that waits go when it is cancelled, and a paused one that ends', async () => {
		const places = new SpeechPlaces(['a']);
		const seat = await places.take(never);
		const abort = new AbortController();
		const waiting = places.take(abort.signal);
		abort.abort();
		await expect(waiting).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await expect(places.take(abort.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		seat.rest();
		await turn();
		const thief = await places.take(never);
		seat.leave();
		thief.leave();
		await places.take(never);
		let got = false;
		void places.take(never).then(() => (got = true));
		await turn();
		expect(got).toBe(false);
	});
});
