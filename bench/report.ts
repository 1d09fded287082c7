/** One figure of a bench: ours beside the limit or peer measured in the same run. */
export interface Figure {
	readonly name: string;
	readonly unit: string;
	readonly samples: readonly number[];
	/** The limit or peer, in the same unit; NaN where there is none. */
	readonly bound: number;
}

/** What follows `--name` on the command line. */
export const option = (name: string, fallback: string): string => {
	const at = process.argv.indexOf(name);
	return (at < 0 ? undefined : process.argv[at + 1]) ?? fallback;
};

/** Nearest-rank percentile. */
export function percentile(samples: readonly number[], share: number): number {
	const sorted = [...samples].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const rounded = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);

/** A table for people, or with `--json` one object a line. `ratio` is ours (p50) to the bound. */
export function report(figures: readonly Figure[], json = process.argv.includes('--json')): void {
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
