import type { Figure } from './report';

/** What has to be played is there so late at most: one packet, which the caller's jitter buffer hides. */
export const IN_TIME_MS = 20;

/**
 * Which part keeps more callers from being served in time, and how many it could serve by itself. An event loop that is later than a
 * packet delays all of them, whatever their parts could do; then the figure is how late it is.
 *
 * @param name what was measured
 * @param parts callers that each part could serve
 */
export function whatLimits(name: string, callers: number, parts: Readonly<Record<string, number>>, eventsMs: number): Figure {
	const [part, most] = Object.entries(parts).reduce((least, each) => (each[1] < least[1] ? each : least));
	if (most >= callers && eventsMs > IN_TIME_MS) return { name: `${name}: limited by events`, unit: 'ms late', samples: [eventsMs], bound: IN_TIME_MS };
	const said = most < callers ? 'limited by' : 'would be limited first by';
	return { name: `${name}: ${said} ${part}`, unit: 'callers', samples: [most], bound: callers };
}
