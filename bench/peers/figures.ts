import { type Figure, percentile } from '../report';
import type { Cost } from './cost';
import type { Outcome, Stages } from './turns';

/** One side of a section. */
export interface Row {
	readonly name: string;
	readonly isOurs: boolean;
	readonly outcome: Outcome;
	readonly costs: Cost[];
	/** At once. */
	readonly calls: number;
}

const STAGES: ReadonlyArray<readonly [stage: keyof Stages, what: string]> = [
	['upload', 'end of speech to upload'],
	['chat', 'text to model asked'],
	['voice', 'sentence to voice asked'],
	['ear', 'first sound to ear'],
];

/** Of the better peer's median. */
const AIM_SPECULATING = 0.8;
const AIM = 0.95;
const MIB = 1024 * 1024;

/** The better peer's figure, in the same run. */
function better(rows: readonly Row[], share: number): number {
	return Math.min(...rows.filter(({ isOurs }) => !isOurs).map(({ outcome }) => percentile(outcome.times, share)));
}

function bound(rows: readonly Row[], { isOurs }: Row, ofPeers: (rows: readonly Row[]) => number): number {
	return isOurs ? ofPeers(rows) : Number.NaN;
}

/** `bound` is the better peer's; the aims are told beside. */
export function turnFigures(name: string, rows: readonly Row[], hasAims: boolean): Figure[] {
	for (const { name: of, isOurs, outcome } of rows) {
		if (!isOurs || !hasAims) continue;
		tell(`${name}, ${of}: p50`, percentile(outcome.times, 0.5) / better(rows, 0.5), of === 'ours' ? AIM : AIM_SPECULATING);
		tell(`${name}, ${of}: p95`, percentile(outcome.times, 0.95) / better(rows, 0.95), 1);
	}
	return [
		...rows.map((row) => ({ name: `${name}: ${row.name}, end of speech to first sound`, unit: 'ms', samples: row.outcome.times, bound: bound(rows, row, (all) => better(all, 0.5)) })),
		...rows.flatMap(({ name: of, outcome }) =>
			(outcome.stages.length === 0 ? [] : STAGES).map(([stage, what]) => ({ name: `${name}: ${of}, ${what}`, unit: 'ms', samples: outcome.stages.map((each) => each[stage]), bound: Number.NaN })),
		),
		...rows.flatMap(({ name: of, outcome }) => [
			{ name: `${name}: ${of}, spoke before the caller had finished`, unit: 'turns', samples: [outcome.cutOff], bound: Number.NaN },
			{ name: `${name}: ${of}, no answer`, unit: 'turns', samples: [outcome.missed], bound: Number.NaN },
		]),
		...costFigures(name, rows),
	];
}

export function interruptionFigures(rows: readonly Row[]): Figure[] {
	for (const { isOurs, outcome } of rows) if (isOurs) tell('interruptions: old reply heard again', outcome.again, 0);
	return [
		...rows.map((row) => ({ name: `interruptions: ${row.name}, onset to silence`, unit: 'ms', samples: row.outcome.times, bound: bound(rows, row, (all) => better(all, 0.5)) })),
		...rows.flatMap(({ name, outcome }) => [
			{ name: `interruptions: ${name}, old reply heard again`, unit: 'times', samples: [outcome.again], bound: Number.NaN },
			{ name: `interruptions: ${name}, did not fall silent`, unit: 'times', samples: [outcome.missed], bound: Number.NaN },
		]),
		...costFigures('interruptions', rows),
	];
}

function costFigures(name: string, rows: readonly Row[]): Figure[] {
	const least = (pick: (cost: Cost) => number) => (all: readonly Row[]): number => Math.min(...all.filter(({ isOurs }) => !isOurs).map(({ costs }) => percentile(costs.map(pick), 0.5)));
	const seconds = ({ cpuMs }: Cost): number => cpuMs / 1000;
	const mib = ({ bytes }: Cost): number => bytes / MIB;
	return rows.flatMap((row) => [
		{ name: `${name}: ${row.name}, processor for a minute of each call`, unit: 's', samples: row.costs.map(seconds), bound: bound(rows, row, least(seconds)) },
		{ name: `${name}: ${row.name}, memory (PSS) with ${row.calls === 1 ? 'one call' : `${row.calls} calls`}`, unit: 'MiB', samples: row.costs.map(mib), bound: bound(rows, row, least(mib)) },
		...(row.calls === 1 ? [] : [{ name: `${name}: ${row.name}, of that a call`, unit: 'MiB', samples: row.costs.map((cost) => mib(cost) / row.calls), bound: Number.NaN }]),
	]);
}

function tell(what: string, value: number, most: number): void {
	console.error(`aim: ${what} ${value.toFixed(2)}, at most ${most}: ${value <= most ? 'met' : 'missed'}`);
}
