import { VoiceError } from '../runtime/contract/errors';

/** One figure of a bench: ours beside the limit or peer measured in the same run. */
export interface Figure {
	readonly name: string;
	readonly unit: string;
	readonly samples: readonly number[];
	/** The limit or peer, in the same unit; NaN where there is none. */
	readonly bound: number;
}

/** What follows `--name` on the command line. */
export function option(name: string, fallback: string): string {
	const at = process.argv.indexOf(name);
	return (at < 0 ? undefined : process.argv[at + 1]) ?? fallback;
}

/** Is `--name` on the command line? */
export function flag(name: string): boolean {
	return process.argv.includes(name);
}

/** What follows `--name`, as numbers: `1,4,8`. */
export function numbers(name: string, fallback: string): number[] {
	return option(name, fallback).split(',').map(Number);
}

/** Processor time of this process, all its threads together, ms. */
export function cpuMs(since: NodeJS.CpuUsage): number {
	const { user, system } = process.cpuUsage(since);
	return (user + system) / 1000;
}

/** Nearest-rank percentile. */
export function percentile(samples: readonly number[], share: number): number {
	const sorted = [...samples].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function rounded(value: number): number | null {
	return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}

/** A table for people, or with `--json` one object a line. `ratio` is ours (p50) to the bound. */
export function report(figures: readonly Figure[], json = flag('--json')): void {
	const rows = figures.map(({ name, unit, samples, bound }) => {
		const p50 = percentile(samples, 0.5);
		return {
			name,
			unit,
			n: samples.length,
			p50: rounded(p50),
			p95: rounded(percentile(samples, 0.95)),
			bound: rounded(bound),
			ratio: rounded(p50 / bound),
		};
	});
	if (json) for (const row of rows) console.log(JSON.stringify(row));
	else console.table(rows);
}

/** What this machine lacks for a bench, and what to do about it. */
export class CannotRun extends Error {}

/** Runs a bench. What cannot be done on this machine is said in a sentence, a fault of ours with its place. */
export function run(main: () => Promise<void>): void {
	const said = (error: unknown): unknown => {
		if (error instanceof VoiceError) return `${error.message} ${error.remedy}`;
		return error instanceof CannotRun ? error.message : error;
	};
	main().then(
		() => process.exit(0),
		(error: unknown) => {
			console.error(said(error));
			process.exit(1);
		},
	);
}
