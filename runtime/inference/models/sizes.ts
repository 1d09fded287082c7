/** "808 MB", "2.02 GB": decimal, as hubs and disks are labelled. */
export function size(bytes: number): string {
	if (bytes < 1000) return `${Math.round(bytes)} B`;
	const steps = ['kB', 'MB', 'GB', 'TB'];
	let value = bytes / 1000;
	let step = 0;
	while (value >= 999.5 && step < steps.length - 1) {
		value /= 1000;
		step++;
	}
	return `${value.toPrecision(3).replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))} ${steps[step]}`;
}

/** "1 h 5 min", "3 min", "20 s". */
export function duration(seconds: number): string {
	if (seconds < 60) return `${Math.ceil(seconds)} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
