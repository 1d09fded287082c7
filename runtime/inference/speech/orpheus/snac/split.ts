/** How a machine's cores are shared by the threads that decode. */
export interface Split {
	/** Workers of several threads each, for few speeches: a frame is there sooner. */
	readonly wide: { readonly workers: number; readonly threads: number };
	/** Workers of one thread, for many: a core makes more sound than as one of four threads (16 of 1: 20.9 callers, 4 of 4: 10.5). */
	readonly narrow: number;
}

/** More threads do not make a run quicker. */
const MOST_THREADS = 4;
/** Each worker holds the graph, laid out for the processor: 97 MB. */
const MOST_WIDE = 2;
const MOST_NARROW = 16;
/** Of the cores, for sampling, the network and all else. */
const KEPT_SHARE = 0.25;

export function splitOf(cores: number): Split {
	const decoding = Math.max(1, cores - Math.ceil(cores * KEPT_SHARE));
	const threads = Math.min(MOST_THREADS, decoding);
	const wide = threads === 1 ? 0 : Math.min(MOST_WIDE, Math.max(1, Math.floor(decoding / threads)));
	return { wide: { workers: wide, threads }, narrow: Math.min(MOST_NARROW, decoding) };
}

/** Of the worker that has the card: it hands the card its work and waits. All other cores are left to sampling. */
export const ON_CARD = { workers: 1, threads: 1 };

/** Which workers suit so many speeches at a time. */
export function suited({ wide }: Split, speeches: number): 'wide' | 'narrow' {
	return wide.workers > 0 && speeches <= wide.workers ? 'wide' : 'narrow';
}
