import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../fuzz/random';
import { type Figure, option } from '../report';
import type { Section } from '../sections';
import type { Call, Side, Strategy } from './call';
import { calling } from './cost';
import type { Engines } from './engines';
import { type Row, turnFigures, interruptionFigures } from './figures';
import type { Ours, OurSettings } from './ours';
import { type Phrase, phrases } from './phrases';
import { interruption, nothing, type Outcome, turn } from './turns';

/** All that is called. */
export interface Stage {
	readonly engines: Engines;
	readonly ours: Ours;
	/** By how their turns end. */
	readonly peers: (strategy: Strategy) => readonly Side[];
}

/** One of the sides of a section, set for it before each of its calls. */
interface Entry {
	readonly row: Row;
	readonly side: Side;
	readonly set: () => Promise<void>;
}

const ROUNDS = Number(option('--rounds', '4'));
/** Of a call. */
const TURNS = Number(option('--turns', '6'));
/** Who call at once, where several do. */
const CALLERS = Number(option('--callers', '4'));
/** Within which they begin. */
const BEGIN_WITHIN_MS = 4000;
/** These two words count as complete by our rules, whatever stands before them. */
const CLOSING = ' thank you';

function entries({ ours, peers }: Stage, speculations: ReadonlyArray<OurSettings['speculation']>, onlySilence: boolean, calls = 1): Entry[] {
	const row = (name: string, isOurs: boolean): Row => ({ name, isOurs, outcome: nothing(), costs: [], calls });
	const named = (speculation: OurSettings['speculation']): string => (speculation === 'auto' ? 'ours' : 'ours, speculating');
	return [
		...speculations.map((speculation) => ({ row: row(named(speculation), true), side: ours, set: async () => await ours.set({ speculation, onlySilence }) })),
		...peers(onlySilence ? 'silence' : 'default').map((side) => ({ row: row(side.name, false), side, set: async () => await Promise.resolve() })),
	];
}

/** Calls to all sides one after the other, in another order each round. `index`: of the caller, where several call at once. */
async function interleaved(all: readonly Entry[], random: Random, act: (call: Call, outcome: Outcome, round: number, index: number) => Promise<void>): Promise<void> {
	for (let round = 0; round < ROUNDS; round++) {
		const order = all.map((entry) => ({ entry, at: random.next() })).sort((a, b) => a.at - b.at);
		for (const { entry } of order) {
			const { side, row } = entry;
			const before = row.outcome.times.length;
			await entry.set();
			row.costs.push(await calling(side, row.calls, async (call, index) => await act(call, row.outcome, round, index)));
			console.error(`round ${round + 1} of ${ROUNDS}, ${row.name}: ${row.outcome.times.slice(before).map(Math.round).join(' ')}`);
		}
	}
}

/** The same phrases in the same round for all. */
function phrasesOf(all: readonly Phrase[], round: number, count: number): Phrase[] {
	return Array.from({ length: count }, (_, at) => all[(round * count + at) % all.length] as Phrase);
}

function answers(stage: Stage, name: string, onlySilence: boolean, textOf: (phrase: Phrase) => string): Section {
	return async (seed) => {
		const all = entries(stage, ['auto', 'modelAndVoice'], onlySilence);
		const spoken = phrases(seed);
		stage.engines.long = false;
		await interleaved(all, new Random(seed, name), async (call, outcome, round) => {
			for (const phrase of phrasesOf(spoken, round, TURNS)) {
				stage.engines.heard = textOf(phrase);
				await turn(call, phrase, stage.engines.asked, outcome);
			}
		});
		return turnFigures(name, all.map((entry) => entry.row), !onlySilence);
	};
}

function interruptions(stage: Stage): Section {
	return async (seed): Promise<Figure[]> => {
		const all = entries(stage, ['auto'], false);
		const spoken = phrases(seed);
		stage.engines.long = true;
		await interleaved(all, new Random(seed, 'interruptions'), async (call, outcome, round) => {
			const random = new Random(seed, 'moments', round);
			const [first, ...others] = phrasesOf(spoken, round, TURNS + 1);
			let heard: number | undefined;
			for (const phrase of first ? [first, ...others] : []) {
				stage.engines.heard = phrase.text;
				heard = heard === undefined ? await call.untilSound((await call.say(phrase)).to) : await interruption(call, phrase, heard, random, outcome);
			}
		});
		return interruptionFigures(all.map((entry) => entry.row));
	};
}

/** Several calls at once, whose callers speak when they please. The text is one and the same: the recogniser does not know who asks. */
function together(stage: Stage): Section {
	return async (seed) => {
		const all = entries(stage, ['auto'], false, CALLERS);
		const spoken = phrases(seed);
		stage.engines.long = false;
		stage.engines.heard = spoken[0]?.text ?? '';
		await interleaved(all, new Random(seed, 'together'), async (call, outcome, round, index) => {
			await pause(new Random(seed, 'begin', round * CALLERS + index).below(BEGIN_WITHIN_MS));
			// Who asked an engine cannot be told either: no stages.
			for (const phrase of phrasesOf(spoken, round * CALLERS + index, TURNS)) await turn(call, phrase, [], outcome);
		});
		return turnFigures(`${CALLERS} calls at once`, all.map((entry) => entry.row), false);
	};
}

export function sectionsOf(stage: Stage) {
	return {
		ordinary: answers(stage, 'ordinary text', false, ({ text }) => text),
		complete: answers(stage, 'complete text', false, ({ text }) => `${text}${CLOSING}`),
		silence: answers(stage, '300 ms of silence', true, ({ text }) => text),
		interruptions: interruptions(stage),
		together: together(stage),
	} as const satisfies Record<string, Section>;
}
