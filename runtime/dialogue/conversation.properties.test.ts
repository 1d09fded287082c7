// Guards against: any order of events that leaves two turns in flight, a turn without an end, a wake in the
// past, a session that outlives its end, an agent that stays paused with nobody speaking, or work that is begun early and changes something.
import fc from 'fast-check';
import { sessionLimits, turnTakingSettings } from '../contract/agent-settings';
import { Conversation } from './conversation';
import type { ConversationEffect, ConversationInput, ConversationSettings, SpeculationStart, StartTurn } from './conversation-events';
import { Scenario } from './scenario.fixture';

const RUNS = { numRuns: 1000 };
const WORLDS = { numRuns: 300 };

const words = fc.constantFrom('', 'stop', 'mm-hmm', 'yeah', 'i', 'got', 'book a dentist', 'on', 'please', 'friday');
const utteranceId = fc.constantFrom('a', 'b', 'c');
const n = fc.integer({ min: 1, max: 4 });

/** Stands for the id of the text that was asked for last. */
const ASKED = 'asked';

type Untimed<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Anything that media, recogniser, nodes and page may say; often in an order in which they never would. */
const anyInput: fc.Arbitrary<Untimed<ConversationInput>> = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ type: fc.constant('callerSpeechStarted' as const), speechAt: fc.integer({ min: -100, max: 20_000 }) }) },
	{ weight: 5, arbitrary: fc.record({ type: fc.constant('callerSpeechStopped' as const), speechEndAt: fc.integer({ min: -100, max: 20_000 }) }) },
	{ weight: 4, arbitrary: fc.record({ type: fc.constant('callerPaused' as const), speechEndAt: fc.integer({ min: -100, max: 20_000 }) }) },
	{ weight: 2, arbitrary: fc.record({ type: fc.constant('callerWentOn' as const) }) },
	{
		weight: 4,
		arbitrary: fc.record({
			type: fc.constant('soFar' as const),
			id: fc.constantFrom(ASKED, ASKED, 'pause-1', 'pause-2'),
			text: words,
			understood: fc.boolean(),
			confidence: fc.double({ min: 0, max: 1, noNaN: true }),
		}),
	},
	{ weight: 4, arbitrary: fc.record({ type: fc.constant('partial' as const), text: words }) },
	{
		weight: 6,
		arbitrary: fc.record({
			type: fc.constant('final' as const),
			id: fc.constantFrom(ASKED, ASKED, 'final-1', 'final-2'),
			text: words,
			understood: fc.boolean(),
			confidence: fc.double({ min: 0, max: 1, noNaN: true }),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ type: fc.constant('recognition' as const), available: fc.boolean(), partials: fc.boolean() }) },
	{
		weight: 4,
		arbitrary: fc.record({
			type: fc.constant('agentUtteranceStarted' as const),
			utteranceId,
			n: fc.option(n, { nil: undefined }),
			interruptible: fc.boolean(),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ type: fc.constant('agentText' as const), utteranceId, text: fc.constantFrom('Hello.', 'Which day?') }) },
	{ weight: 3, arbitrary: fc.record({ type: fc.constant('agentPaused' as const), utteranceId, playedSamples: fc.nat() }) },
	{
		weight: 3,
		arbitrary: fc.record({ type: fc.constant('agentUtterancePlayed' as const), utteranceId, playedSamples: fc.nat(), complete: fc.boolean() }),
	},
	{ weight: 1, arbitrary: fc.record({ type: fc.constant('turnHasRunTools' as const), n }) },
	{ weight: 1, arbitrary: fc.record({ type: fc.constant('turnToolsDone' as const), n }) },
	{ weight: 3, arbitrary: fc.record({ type: fc.constant('turnOver' as const), n }) },
	{ weight: 1, arbitrary: fc.constant({ type: 'interruptAsked' as const }) },
	{ weight: 1, arbitrary: fc.constant({ type: 'connected' as const }) },
	{ weight: 4, arbitrary: fc.constant({ type: 'tick' as const }) },
);

interface Step {
	/** Fractions as real clocks have them. */
	after: number;
	/** How much the event's own clock is behind. */
	late: number;
	input: Untimed<ConversationInput>;
}

const script: fc.Arbitrary<Step[]> = fc.array(
	fc.record({
		after: fc.integer({ min: 0, max: 900_000 }).map((us) => us / 1000),
		late: fc.constantFrom(0, 0, 0, 0.5, 40, 3000),
		input: anyInput,
	}),
	{ maxLength: 60 },
);

function atOnce(input: Untimed<ConversationInput>): Step {
	return { after: 0, late: 0, input };
}

const settings: fc.Arbitrary<ConversationSettings> = fc.record({
	turnTaking: fc
		.record({
			flushSilenceMs: fc.integer({ min: 100, max: 2000 }),
			endSilenceMs: fc.integer({ min: 200, max: 5000 }),
			maxSilenceMs: fc.integer({ min: 300, max: 10_000 }),
			interruptions: fc.boolean(),
			minInterruptionMs: fc.integer({ min: 0, max: 2000 }),
		})
		.map((values) => turnTakingSettings.parse(values)),
	limits: fc.constant(sessionLimits.parse({ idleTimeoutMs: 20_000, maxCallDurationMs: 100_000 })),
	lookAhead: fc.boolean(),
	speculation: fc.constantFrom('never', 'end', 'pause'),
});

/** A machine that has been up for months: its clock has fewer digits left behind the point. */
const UP_MS = 8_640_000_000.1;

/** Plays a script with the ticks asked for, and hands each step to `look`, with the latest time it was told. */
function play(
	given: ConversationSettings,
	steps: readonly Step[],
	look: (effects: ConversationEffect[], input: ConversationInput, told: number, conversation: Conversation) => void,
): { conversation: Conversation; told: number } {
	const conversation = new Conversation(given);
	let now = UP_MS;
	let told = Number.NEGATIVE_INFINITY;
	let asked = '';
	let askedSoFar = '';
	const step = (input: ConversationInput): void => {
		told = Math.max(told, input.at);
		const effects = conversation.step(input);
		for (const effect of effects) {
			if (effect.type === 'requestFinal') asked = effect.id;
			if (effect.type === 'requestSoFar') askedSoFar = effect.id;
		}
		look(effects, input, told, conversation);
	};
	for (const { after, late, input } of steps) {
		const due = now + after;
		for (let wake = conversation.nextWakeAt(); wake !== undefined && wake < due; wake = conversation.nextWakeAt()) {
			now = wake;
			step({ type: 'tick', at: now });
		}
		now = due;
		const named = (input.type === 'final' || input.type === 'soFar') && input.id === ASKED ? { ...input, id: input.type === 'final' ? asked : askedSoFar } : input;
		step({ ...offset(named), at: now - late });
	}
	return { conversation, told };
}

function offset(input: Untimed<ConversationInput>): Untimed<ConversationInput> {
	if (input.type === 'callerSpeechStarted') return { ...input, speechAt: UP_MS + input.speechAt };
	if (input.type === 'callerSpeechStopped' || input.type === 'callerPaused') return { ...input, speechEndAt: UP_MS + input.speechEndAt };
	return input;
}

describe('whatever happens, in whatever order', () => {
	it('has at most one turn in flight, numbers them from 1, and each ends exactly once', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				let inFlight: number | undefined;
				let last = 0;
				const ended = new Set<number>();
				play(given, steps, (effects, input) => {
					if (input.type === 'turnOver' && input.n === inFlight) {
						ended.add(inFlight);
						inFlight = undefined;
					}
					for (const effect of effects) {
						if (effect.type === 'interruptAgent' && effect.n !== undefined) {
							expect(effect.n).toBe(inFlight);
							expect(ended.has(effect.n)).toBe(false);
							ended.add(effect.n);
							inFlight = undefined;
						}
						if (effect.type === 'startTurn') {
							expect(inFlight).toBe(undefined);
							expect(effect.n).toBe(++last);
							inFlight = effect.n;
						}
					}
				});
			}),
			RUNS,
		);
	});

	it('asks to be woken only in the future, and comes to rest when nothing happens any more', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				const played = play(given, [atOnce({ type: 'connected' }), ...steps], () => undefined);
				const { conversation } = played;
				let now = played.told;
				let wakes = 0;
				for (let wake = conversation.nextWakeAt(); wake !== undefined; wake = conversation.nextWakeAt()) {
					// A wake within a rounding error would be a loop that never ends.
					expect(wake).toBeGreaterThan(now + 0.9);
					now = wake;
					conversation.step({ type: 'tick', at: now });
					// The session's length ends it in any case, long before this.
					expect(++wakes).toBeLessThan(50);
				}
				expect(conversation.phase).toBe('ended');
			}),
			RUNS,
		);
	});

	it('gets on with each wake, though timers ring a fraction too early', () => {
		const options = { turnTaking: turnTakingSettings.parse({}), limits: sessionLimits.parse({}), lookAhead: false };
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 250_000 }), (end, hang) => {
				const conversation = new Conversation(options);
				const speechEndAt = UP_MS + end / 1000;
				let now = speechEndAt + hang / 1000;
				conversation.step({ type: 'callerSpeechStarted', at: UP_MS - 900, speechAt: UP_MS - 1000 });
				conversation.step({ type: 'callerSpeechStopped', at: now, speechEndAt });
				for (let ticks = 0; conversation.phase === 'ending'; ticks++) {
					const wake = conversation.nextWakeAt() ?? 0;
					expect(wake).toBeGreaterThan(now + 0.9);
					expect(ticks).toBeLessThan(3);
					now = wake - (ticks === 0 ? 0.4 : 0);
					conversation.step({ type: 'tick', at: now });
				}
			}),
			RUNS,
		);
	});

	it('starts only turns that make sense', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				const turns: StartTurn[] = [];
				const cancelled = new Set<number>();
				play(given, steps, (effects, _input, told) => {
					for (const effect of effects) {
						if (effect.type === 'interruptAgent' && effect.reason === 'callerContinued') cancelled.add(effect.n ?? -1);
						if (effect.type !== 'startTurn') continue;
						expect(effect.speechStartAt).toBeLessThanOrEqual(effect.speechEndAt);
						expect(effect.speechEndAt).toBeLessThanOrEqual(effect.declaredAt);
						expect(effect.declaredAt).toBe(told);
						expect(effect.reason).not.toBe('');
						if (!effect.understood || !effect.recognised) expect(effect.text).toBe('');
						if (effect.recognised && effect.understood) expect(effect.text).not.toBe('');
						if (effect.continues !== undefined) {
							// Every turn that was taken back is said again, with all of its text.
							expect(cancelled.delete(effect.continues)).toBe(true);
							const earlier = turns.find((turn) => turn.n === effect.continues);
							if (effect.recognised) expect(effect.text.startsWith(earlier?.text ?? '')).toBe(true);
						}
						turns.push(effect);
					}
				});
				expect(cancelled.size).toBeLessThanOrEqual(1);
			}),
			RUNS,
		);
	});

	it('clears recogniser and media after each turn and each thing ignored, and is silent after the end', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				let ended = false;
				play(given, [...steps, atOnce({ type: 'hangup', reason: 'x' }), ...steps], (effects) => {
					if (ended) expect(effects).toEqual([]);
					effects.forEach(({ type }, index) => {
						if (type === 'endSession') ended = true;
						if (type !== 'startTurn' && type !== 'ignored') return;
						expect(effects.slice(index + 1, index + 3).map((effect) => effect.type)).toEqual(['resetRecogniser', 'restMedia']);
					});
				});
				expect(ended).toBe(true);
			}),
			RUNS,
		);
	});

	it('shows each state only when it changes, and asks for each text once', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				let shown = '';
				const ids = new Set<string>();
				play(given, steps, (effects) => {
					for (const effect of effects) {
						if (effect.type === 'setState') {
							const state = `${effect.state} ${effect.tool ?? ''}`;
							expect(state).not.toBe(shown);
							shown = state;
						}
						if (effect.type === 'requestFinal' || effect.type === 'requestSoFar') {
							expect(ids.has(effect.id)).toBe(false);
							ids.add(effect.id);
						}
					}
				});
			}),
			RUNS,
		);
	});
});

/** All but what is begun early. */
function decided(effects: readonly ConversationEffect[]): ConversationEffect[] {
	return effects
		.filter(({ type }) => type !== 'beginEarly' && type !== 'withdrawEarly' && type !== 'requestSoFar')
		.map((effect) => (effect.type === 'startTurn' ? withoutSpeculation(effect) : effect));
}

function withoutSpeculation({ speculation, ...turn }: StartTurn): StartTurn {
	void speculation;
	return turn;
}

describe('work on a turn that is begun early', () => {
	it('changes nothing of what is decided, and when, as long as it is ready at once', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				const without = new Conversation({ ...given, speculation: 'never' });
				play({ ...given, speculation: 'pause' }, steps, (effects, input, told, conversation) => {
					const begun = effects.flatMap((effect) => (effect.type === 'beginEarly' ? [effect.speculation] : []));
					const ready = begun.flatMap((speculation) => conversation.step({ type: 'earlyReady', at: told, speculation }));
					expect(decided([...effects, ...ready])).toEqual(without.step(input));
				});
			}),
			RUNS,
		);
	});

	it('ends no turn before it would end without it, and none later than the longest wait', () => {
		fc.assert(
			fc.property(settings, fc.integer({ min: 0, max: 3000 }), (given, readyAfterMs) => {
				const turnTaking = given.turnTaking;
				const declared = (speculation: SpeculationStart) => new Scenario({ turnTaking, speculation, readyAfterMs }).says(0, 1000, 'book a dentist').run(20_000).turns[0]?.declaredAt ?? Number.NaN;
				const [without, withIt] = [declared('never'), declared('pause')];
				expect(withIt).toBeGreaterThanOrEqual(without);
				if (withIt > without) expect(withIt).toBeLessThanOrEqual(1000 + turnTaking.maxSilenceMs + 1);
			}),
			RUNS,
		);
	});

	it('counts for the turn that has its text, or is withdrawn: once, one at a time, three a turn', () => {
		fc.assert(
			fc.property(settings, script, (given, steps) => {
				let begun: { id: number; n: number; text: string } | undefined;
				const inTurn = new Map<number, number>();
				let last = 0;
				play({ ...given, speculation: 'pause' }, [...steps, atOnce({ type: 'hangup', reason: 'x' })], (effects) => {
					for (const effect of effects) {
						if (effect.type === 'beginEarly') {
							expect(begun).toBe(undefined);
							expect(effect.speculation).toBe(++last);
							expect(effect.text).not.toBe('');
							begun = { id: effect.speculation, n: effect.n, text: effect.text };
						}
						if (effect.type === 'withdrawEarly') {
							expect(effect.speculation).toBe(begun?.id);
							begun = undefined;
						}
						if (effect.type === 'startTurn') {
							expect(effect.speculation).toBe(begun?.id);
							if (begun) expect(effect).toMatchObject({ n: begun.n, text: begun.text });
							begun = undefined;
						}
						if (effect.type === 'interruptAgent' || effect.type === 'endSession') expect(begun).toBe(undefined);
						if (effect.type === 'startTurn' || effect.type === 'ignored') inTurn.clear();
						if (effect.type === 'beginEarly') inTurn.set(effect.n, (inTurn.get(effect.n) ?? 0) + 1);
						for (const count of inTurn.values()) expect(count).toBeLessThanOrEqual(3);
					}
				});
				expect(begun).toBe(undefined);
			}),
			RUNS,
		);
	});
});

/** Speech, noise and signs of listening at random moments of a call whose workflow works as it should. */
const event = fc.record({
	gap: fc.integer({ min: 250, max: 4000 }),
	length: fc.integer({ min: 60, max: 2500 }),
	text: fc.constantFrom('', '', 'mm-hmm', 'yeah', 'stop', 'book a dentist', 'on friday please', 'what about', 'no'),
	unclear: fc.boolean(),
});

interface World {
	events: Array<{ gap: number; length: number; text: string; unclear: boolean }>;
	after: number;
	ms: number;
	finalAfterMs: number;
	interruptions: boolean;
	interruptible: boolean;
	lookAhead: boolean;
}

const world: fc.Arbitrary<World> = fc.record({
	events: fc.array(event, { minLength: 1, maxLength: 12 }),
	after: fc.integer({ min: 0, max: 3000 }),
	ms: fc.integer({ min: 50, max: 6000 }),
	finalAfterMs: fc.constantFrom(5, 50, 300, 900, 2500, Number.POSITIVE_INFINITY),
	interruptions: fc.boolean(),
	interruptible: fc.boolean(),
	lookAhead: fc.boolean(),
});

function playWorld({ events, after, ms, finalAfterMs, interruptions, interruptible, lookAhead }: World): Scenario {
	const call = new Scenario({
		finalAfterMs,
		lookAhead,
		turnTaking: { interruptions },
		limits: { idleTimeoutMs: 60_000 },
		onTurn: ({ n: turn }, scenario) =>
			void scenario.speaks(scenario.now + after, ms, 'You have two appointments. Which one?', {
				n: turn,
				interruptible: interruptible && interruptions,
				utteranceId: `u${turn}`,
			}),
	});
	let at = 500;
	for (const { gap, length, text, unclear } of events) {
		at += gap;
		call.says(at, at + length, text, { unclear });
		at += length;
	}
	return call.run(at + 30_000);
}

describe('in a call where all others do their part', () => {
	it('always comes back to listening: never stuck paused, thinking or hearing', () => {
		fc.assert(
			fc.property(world, (given) => {
				const call = playWorld(given);
				expect(call.conversation.phase).toBe('listening');
				expect(call.playing).toBe(undefined);
			}),
			WORLDS,
		);
	});

	it('interrupts nothing where interruptions are off, but a turn without a sound that the caller goes on with', () => {
		fc.assert(
			fc.property(world, (given) => {
				const call = playWorld({ ...given, interruptions: false });
				const others = call.of('interruptAgent').filter((line) => !line.includes(' callerContinued '));
				expect(others).toEqual([]);
				expect(call.of('[paused]', 'resumeAgent')).toEqual([]);
			}),
			WORLDS,
		);
	});

	/** An interruption that is judged in the very moment in which the answer begins. */
	const AT_ONCE: World = {
		events: [
			{ gap: 250, length: 200, text: '', unclear: false },
			{ gap: 2867, length: 301, text: '', unclear: false },
			{ gap: 250, length: 60, text: '', unclear: false },
		],
		after: 2667,
		ms: 50,
		finalAfterMs: 5,
		interruptions: true,
		interruptible: false,
		lookAhead: false,
	};

	it('plays every answer to its last sample unless it was interrupted', () => {
		fc.assert(
			fc.property(world, (given) => {
				const call = playWorld(given);
				const played = call.of('[played]').length;
				const cancelled = call.of('interruptAgent').length;
				expect(played + cancelled).toBe(call.turns.length);
			}),
			{ ...WORLDS, examples: [[AT_ONCE]] },
		);
	});
});
