import type { ModelProgress } from '../../inference/models/download/progress';
import { duration, size } from '../../inference/models/sizes';
import type { Terminal } from './terminal';

/** Between lines where nobody watches. */
const LINE_EVERY_MS = 10_000;
const BAR = 24;

/** A bar on one line that is written over where a person watches; else a line every ten seconds. */
export class ProgressDisplay {
	private lastLine = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly terminal: Terminal,
		/** The model's. */
		private readonly name: string,
		private readonly now: () => number = () => performance.now(),
	) {}

	show(progress: ModelProgress): void {
		if (this.terminal.interactive) {
			this.terminal.overwrite(progressLine(this.name, progress, true).slice(0, this.terminal.columns - 1));
			return;
		}
		if (this.now() - this.lastLine < LINE_EVERY_MS) return;
		this.lastLine = this.now();
		this.terminal.note(progressLine(this.name, progress, false));
	}

	end(): void {
		if (this.terminal.interactive) this.terminal.overwrite('');
	}
}

export function progressLine(name: string, { bytes, total, rate, waitingFor }: ModelProgress, bar: boolean): string {
	const share = total === undefined || total === 0 ? undefined : Math.min(1, bytes / total);
	const left = total !== undefined && rate > 0 ? `, ${duration((total - bytes) / rate)} left` : '';
	const parts = [
		...(bar && share !== undefined ? [`[${'#'.repeat(Math.floor(share * BAR)).padEnd(BAR, '.')}]`] : []),
		...(share === undefined ? [] : [`${Math.floor(share * 100)} %`.padStart(5)]),
		`${size(bytes)}${total === undefined ? '' : ` of ${size(total)}`}`,
		`${size(rate)}/s${left}`,
		name,
		...(waitingFor === undefined ? [] : [`(process ${waitingFor} is downloading it)`]),
	];
	return parts.join('  ');
}
