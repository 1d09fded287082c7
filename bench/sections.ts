import { VoiceError } from '../runtime/contract/errors';
import { CannotRun, type Figure, option, report } from './report';

export type Section = (seed: number) => Promise<readonly Figure[]>;

/**
 * Runs those that `--sections` names, all where it is left out, and reports what they measured. One that fails ends neither
 * the others nor the report. `--seed`: by chance where it is left out.
 */
export async function runSections(sections: Readonly<Record<string, Section>>): Promise<void> {
	const chosen = option('--sections', Object.keys(sections).join(',')).split(',');
	const seed = Number(option('--seed', String(Math.floor(Math.random() * 1_000_000))));
	if (!chosen.every((name) => Object.hasOwn(sections, name))) throw new CannotRun(`Sections: ${Object.keys(sections).join(', ')}`);
	console.error(`seed ${seed}`);
	const figures: Figure[] = [];
	const failed: string[] = [];
	for (const name of chosen) {
		console.error(`-- ${name}`);
		try {
			figures.push(...((await sections[name]?.(seed)) ?? []));
		} catch (error) {
			failed.push(`${name}: ${error instanceof VoiceError || error instanceof CannotRun ? error.message : error instanceof Error ? error.stack : String(error)}`);
		}
	}
	report(figures);
	if (failed.length > 0) throw new CannotRun(failed.join('\n'));
}
