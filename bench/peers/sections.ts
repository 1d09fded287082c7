import type { PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import type { Forked } from '../forked';
import { Random } from '../fuzz/random';
import { type Figure, option } from '../report';
import type { Section } from '../sections';
import { Call, type Cost, type Side } from './call';
import type { Engines } from './engines';
import { type Row, turnFigures, interruptionFigures } from './figures';
import type { Ours, OurSettings } from './ours';
import { type Phrase, phrases } from './phrases';
import { interruption, nothing, type Outcome, turn } from './turns';

/** All that is called, and who calls. */
export interface Stage {
	readonly engines: Engines;
	readonly ours: Ours;
	/** By how their turns end. */
	readonly peers: (strategy: 'default' | 'silence') => readonly Side[];
	readonly callers: Forked<PeerProtocol>;
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
/** These two words count as complete by our rules, whatever stands before them. */
const CLOSING = ' thank you';

function entries({ ours, peers }: Stage, speculations: ReadonlyArray<OurSettings['speculation']>, onlySilence: boolean): Entry[] {
	const named = (speculation: OurSettings['speculation']): string => (speculation === 'auto' ? 'ours' : 'ours, speculating');
	return [
		...speculations.map((speculation) => ({ row: row(named(speculation), true), side: ours, set: async () => await ours.set({ speculation, onlySilence }) })),
		...peers(onlySilence ? 'silence' : 'default').map((side) => ({ row: row(side.name, false), side, set: async () => await Promise.resolve() })),
	];
}

function row(name: string, isOurs: boolean): Row {
	return { name, isOurs, outcome: nothing(), costs: [] };
}

/** Calls to all sides one after the other, in another order each round. */
async function interleaved(stage: Stage, all: readonly Entry[], random: Random, act: (call: Call, outcome: Outcome, round: number) => Promise<void>): Promise<void> {
	for (let round = 0; round < ROUNDS; round++) {
		const order = all.map((entry) => ({ entry, at: random.next() })).sort((a, b) => a.at - b.at);
		for (const { entry } of order) {
			await entry.set();
			const cost: Cost = await Call.with(entry.side, stage.callers, async (call) => await act(call, entry.row.outcome, round));
			entry.row.costs.push(cost);
			console.error(`round ${round + 1} of ${ROUNDS}, ${entry.row.name}: ${entry.row.outcome.times.slice(-TURNS).map(Math.round).join(' ')}`);
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
		await interleaved(stage, all, new Random(seed, name), async (call, outcome, round) => {
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
		await interleaved(stage, all, new Random(seed, 'interruptions'), async (call, outcome, round) => {
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

export function sectionsOf(stage: Stage) {
	return {
		ordinary: answers(stage, 'ordinary text', false, ({ text }) => text),
		complete: answers(stage, 'complete text', false, ({ text }) => `${text}${CLOSING}`),
		silence: answers(stage, '300 ms of silence', true, ({ text }) => text),
		interruptions: interruptions(stage),
	} as const satisfies Record<string, Section>;
}
