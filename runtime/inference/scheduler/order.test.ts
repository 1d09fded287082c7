// Guards against: sound that runs dry behind somebody else's prompt, work that waits for ever, a permit that is lost, and
// batches that fall apart.
import fc from 'fast-check';
import { Order } from './order';
import { type Lane, STEP_KINDS, type Step, type StepKind, stepKinds } from './steps';

interface Job extends Step {
	readonly label: string;
}

function lane(name: string, sharesFreely = false): Lane {
	return { name, sharesFreely };
}
const chat = lane('chat');
const voice = lane('voice');
function job(label: string, on: Lane, kind: StepKind, chunk = false): Job {
	return { label, lane: on, kind: () => kind, chunk };
}
function labels(started: ReturnType<Order<Job>['next']>): string[] {
	return started.map(({ step }) => step.label);
}

/** What starts, round after round, when every round is done at once and nothing new comes. */
function all(order: Order<Job>, now = 0): string[][] {
	const rounds: string[][] = [];
	for (let started = order.next(now); started.length > 0; started = order.next(now)) {
		rounds.push(labels(started));
		for (const { step } of started) order.done(step);
	}
	return rounds;
}

describe('Order', () => {
	it('starts what is heard next before words, words before sound ahead, and background last', () => {
		const order = new Order<Job>();
		for (const kind of [...stepKinds].reverse()) order.ask(job(kind, chat, kind, kind === 'prompt' || kind === 'background'), 0);
		expect(all(order)).toEqual([['nextSound'], ['prompt', 'words'], ['soundAhead'], ['background']]);
	});

	it('puts all replies of a context into one round, however many', () => {
		const order = new Order<Job>();
		for (let n = 0; n < 16; n++) order.ask(job(`reply ${n}`, chat, 'words'), n);
		expect(order.next(16)).toHaveLength(16);
	});

	it('starts a round by the numbers of its sequences, whoever asked first: llama.cpp would split it otherwise', () => {
		const order = new Order<Job>();
		for (const sequence of [3, 1, 0, 2]) order.ask({ ...job(`${sequence}`, chat, 'words'), sequence }, 3 - sequence);
		expect(all(order, 9)).toEqual([['0', '1', '2', '3']]);
	});

	it('reads one chunk at a time, with the words that are as urgent', () => {
		const order = new Order<Job>();
		order.ask(job('one', chat, 'prompt', true), 0);
		order.ask(job('two', chat, 'prompt', true), 1);
		order.ask(job('words', chat, 'words'), 2);
		expect(all(order, 3)).toEqual([['one', 'words'], ['two']]);
	});

	it.each([
		[true, [['urgent', 'ahead']]],
		[false, [['urgent'], ['ahead']]],
	])('lets sound ahead join a round where that is free: %s', (free, rounds) => {
		const order = new Order<Job>();
		const orpheus = lane('orpheus', free);
		order.ask(job('ahead', orpheus, 'soundAhead'), 0);
		order.ask(job('urgent', orpheus, 'nextSound'), 1);
		expect(all(order, 2)).toEqual(rounds);
	});

	it('computes in lanes of one model on a GPU side by side, however urgent, but not beside another model', () => {
		const order = new Order<Job>();
		const [first, second] = [lane('orpheus', true), lane('orpheus', true)];
		const urgent = job('urgent', first, 'nextSound');
		order.ask(urgent, 0);
		order.ask(job('ahead', second, 'soundAhead'), 0);
		order.ask(job('words', chat, 'words'), 0);
		expect(labels(order.next(0))).toEqual(['urgent', 'ahead']);
		order.ask(job('ahead again', first, 'soundAhead'), 1);
		order.done(urgent);
		// Words are more urgent than what goes on in the other lane.
		expect(labels(order.next(1))).toEqual(['words']);
		expect(labels(order.next(1))).toEqual([]);
	});

	it('holds a chunk back while sound that is heard next is computed elsewhere, for as long as it has patience', () => {
		const order = new Order<Job>();
		const sound = job('sound', voice, 'nextSound');
		order.ask(sound, 0);
		expect(labels(order.next(0))).toEqual(['sound']);
		order.ask(job('chunk', chat, 'prompt', true), 0);
		expect(order.next(STEP_KINDS.prompt.patienceMs - 1)).toEqual([]);
		expect(labels(order.next(STEP_KINDS.prompt.patienceMs))).toEqual(['chunk']);
	});

	it('asks again how urgent a step is whenever there is a choice', () => {
		const order = new Order<Job>();
		let urgent = false;
		order.ask(job('words', chat, 'words'), 0);
		order.ask({ ...job('sound', voice, 'nextSound'), kind: () => (urgent ? 'nextSound' : 'soundAhead') }, 0);
		urgent = true;
		expect(labels(order.next(1))).toEqual(['sound']);
	});

	it('lets one of many that lost patience go first, not all of them', () => {
		const order = new Order<Job>();
		for (let n = 0; n < 10; n++) order.ask(job(`background ${n}`, lane(`model ${n}`), 'background', true), 0);
		order.ask(job('sound', voice, 'nextSound'), 0);
		expect(labels(order.next(0))).toEqual(['sound']);
		expect(labels(order.next(500))).toEqual(['background 0']);
	});
});

/** Somebody who wants step after step. */
interface Stream {
	readonly job: Job;
	readonly ms: number;
	done: number;
	longest: number;
}

function stream(on: Lane, kind: StepKind, ms: number, chunk = false): Stream {
	return { job: job(kind, on, kind, chunk), ms, done: 0, longest: 0 };
}

/** Runs streams side by side in virtual time; a lane's batch takes as long as its longest step, or as all of them. */
function simulate(streams: readonly Stream[], untilMs: number): void {
	const order = new Order<Job>();
	const asked = new Map<Job, { of: Stream; at: number }>();
	const ends: Array<{ at: number; steps: readonly Job[] }> = [];
	const ask = (of: Stream, at: number): void => {
		const next = { ...of.job };
		asked.set(next, { of, at });
		order.ask(next, at);
	};
	const waited = (step: Job, until: number): Stream => {
		const { of, at } = asked.get(step)!;
		asked.delete(step);
		of.longest = Math.max(of.longest, until - at);
		return of;
	};
	for (const each of streams) ask(each, 0);
	let now = 0;
	while (now < untilMs) {
		const started = order.next(now).map(({ step }) => step);
		for (const on of new Set(started.map((step) => step.lane))) {
			const steps = started.filter((step) => step.lane === on);
			const costs = steps.map((step) => asked.get(step)!.of.ms);
			ends.push({ at: now + (on.sharesFreely ? Math.max(...costs) : costs.reduce((sum, cost) => sum + cost, 0)), steps });
		}
		ends.sort((a, b) => a.at - b.at);
		const end = ends.shift();
		if (!end) throw new Error('something waits and nothing runs');
		now = end.at;
		for (const step of end.steps) {
			order.done(step);
			const of = waited(step, now);
			of.done++;
			ask(of, now);
		}
	}
	// Who never had a turn waited longest of all.
	for (const step of [...asked.keys()]) waited(step, now);
}

describe('in virtual time', () => {
	it('keeps words coming and a prompt moving when both want all there is', () => {
		const words = stream(chat, 'words', 20);
		const prompt = stream(chat, 'prompt', 60, true);
		simulate([words, prompt], 10_000);
		// Somebody speaks 4 or 5 tokens a second.
		expect(words.done).toBeGreaterThan(10 * 10);
		expect(prompt.done).toBeGreaterThan(10 * 8);
	});

	it('gives sound that runs dry most of the time while a prompt is read, and words enough to stay ahead of speech', () => {
		const sound = stream(voice, 'nextSound', 5);
		const words = stream(chat, 'words', 10);
		const prompt = stream(lane('other'), 'prompt', 60, true);
		simulate([sound, words, prompt], 10_000);
		// 82 tokens a second are real time.
		expect(sound.done).toBeGreaterThan(10 * 82);
		expect(words.done).toBeGreaterThan(10 * 10);
		expect(prompt.done).toBeGreaterThanOrEqual(10 * 3);
	});

	it('loses nothing of what batching gains', () => {
		const replies = Array.from({ length: 8 }, () => stream(lane('gpu', true), 'words', 10));
		const together = replies.map((each) => ({ ...each, job: { ...each.job, lane: replies[0]!.job.lane } }));
		simulate(together, 1000);
		for (const { done } of together) expect(done).toBe(100);
	});

	it('does not take a younger step that joins another lane\'s round for the turn of the oldest of its kind', () => {
		const [a, b, c] = [lane('a'), lane('b', true), lane('c')];
		const ahead = stream(b, 'soundAhead', 1, true);
		const others = [stream(b, 'prompt', 37), stream(a, 'prompt', 1), stream(c, 'background', 1), stream(a, 'background', 1), stream(c, 'soundAhead', 1), stream(a, 'soundAhead', 1)];
		// The sound on c rides with the background, whose patience ends at the same time as the sound's own.
		simulate([...others, ahead, stream(b, 'soundAhead', 1, true)], 60_000);
		expect(ahead.longest).toBeLessThan(4000);
	});

	it('starves nobody, whoever else is there', () => {
		const lanes = [lane('a'), lane('b', true), lane('c')];
		const one = fc.record({
			on: fc.constantFrom(...lanes),
			kind: fc.constantFrom(...stepKinds),
			ms: fc.integer({ min: 1, max: 100 }),
			chunk: fc.boolean(),
		});
		fc.assert(
			fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), (wanted) => {
				const streams = wanted.map(({ on, kind, ms, chunk }) => stream(on, kind, ms, chunk));
				simulate(streams, 60_000);
				// A turn of each other, and its patience before each.
				for (const { longest } of streams) expect(longest).toBeLessThan(12 * (500 + 12 * 100));
			}),
		);
	});

	it('always lets something start that is as urgent as anything that waits, and never two rounds of one lane', () => {
		const event = fc.record({ kind: fc.constantFrom(...stepKinds), on: fc.nat(2), chunk: fc.boolean(), act: fc.constantFrom('ask', 'withdraw', 'done'), pick: fc.nat(20) });
		fc.assert(
			fc.property(fc.array(event, { maxLength: 80 }), (events) => {
				const lanes = [lane('a'), lane('b', true), lane('c')];
				const order = new Order<Job>();
				const waiting: Job[] = [];
				const running: Job[] = [];
				const step = (now: number): void => {
					const before = new Set(running.map((each) => each.lane));
					for (const { step: started } of order.next(now)) {
						expect(before.has(started.lane)).toBe(false);
						waiting.splice(waiting.indexOf(started), 1);
						running.push(started);
					}
					for (const on of lanes) expect(running.filter((each) => each.lane === on && each.chunk).length).toBeLessThanOrEqual(1);
					if (waiting.length > 0) expect(running.length).toBeGreaterThan(0);
				};
				for (const [now, { kind, on, chunk, act, pick }] of events.entries()) {
					if (act === 'ask') {
						const asked = job(kind, lanes[on]!, kind, chunk);
						waiting.push(asked);
						order.ask(asked, now);
					} else {
						const [gone] = (act === 'done' ? running : waiting).splice(pick, 1);
						if (gone) order[act](gone);
					}
					step(now);
				}
				while (running.length > 0) {
					for (const each of running.splice(0)) order.done(each);
					step(events.length);
				}
				expect(waiting).toEqual([]);
				expect(order.idle).toBe(true);
			}),
		);
	});
});
