import { z } from 'zod';

/** The parts of a call that have a model to load. */
export const loadingPart = z.enum(['recogniser', 'languageModel', 'voice']);
export type LoadingPart = z.infer<typeof loadingPart>;

/** A model that is being loaded. */
export const loading = z.object({
	part: loadingPart,
	/** Absent where nobody knows: nothing is made up. */
	percent: z.number().int().min(0).max(99).optional(),
});
export type Loading = z.infer<typeof loading>;

const PARTS: Record<LoadingPart, string> = { recogniser: 'recogniser', languageModel: 'language model', voice: 'voice' };

/** "The recogniser and the voice are loading"; '' where nothing is. */
export function loadingWords(models: readonly Loading[]): string {
	const parts = models.map(({ part }) => `the ${PARTS[part]}`);
	const list = [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((words) => words !== '').join(' and ');
	return list === '' ? '' : `${list.charAt(0).toUpperCase()}${list.slice(1)} ${parts.length === 1 ? 'is' : 'are'} loading`;
}

/** Of the one that has most left; undefined where that is not known of each. */
export function loadingPercent(models: readonly Loading[]): number | undefined {
	const known = models.flatMap(({ percent }) => percent ?? []);
	return known.length > 0 && known.length === models.length ? Math.min(...known) : undefined;
}
