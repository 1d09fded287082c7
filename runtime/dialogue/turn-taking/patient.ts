import type { TurnTakingSettings } from '../../contract/agent-settings';

/** Between the groups of a telephone number people are silent for a second and more. */
const LONGEST = 2;

/** For what is said with pauses: a caller who has finished waits as long as one whom nobody is sure of, who waits for the longest silence. */
export function patient(settings: TurnTakingSettings): TurnTakingSettings {
	const { minSilenceMs, endSilenceMs, maxSilenceMs } = settings;
	return {
		...settings,
		minSilenceMs: Math.max(minSilenceMs, endSilenceMs),
		endSilenceMs: Math.max(endSilenceMs, maxSilenceMs),
		maxSilenceMs: Math.max(endSilenceMs, maxSilenceMs) * LONGEST,
	};
}
