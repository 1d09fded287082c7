import { VoiceError } from '../runtime/contract/errors';
import { calls } from './real/calls';
import { assertWeights } from './real/models';
import { recognisers } from './real/recognisers';
import { start } from './real/start';
import { together } from './real/together';
import { voices } from './real/voices';
import { CannotRun, type Figure, option, report, run } from './report';

/**
 * Real models, as users bring them: what they hear and say, how soon, and what they cost, alone and together.
 *
 *     npm run bench real [-- --json] [--sections recognisers,together,voices,start,calls] [--seed N] [--counts 1,4,8,16]
 *         [--prompts 30] [--rounds 3] [--replies 12] [--starts 10] [--callers 1,4] [--recogniser PATH] [--voice PATH] [--gguf FILE]
 *
 * `--gguf` is your word that you have accepted the terms of that model.
 */
const SECTIONS = { recognisers, together, voices, start, calls } as const satisfies Record<string, (seed: number) => Promise<readonly Figure[]>>;

type Section = keyof typeof SECTIONS;

function isSection(name: string): name is Section {
	return Object.hasOwn(SECTIONS, name);
}

async function main(): Promise<void> {
	const names = option('--sections', Object.keys(SECTIONS).join(',')).split(',');
	const chosen = names.filter(isSection);
	if (chosen.length < names.length) throw new CannotRun(`Sections: ${Object.keys(SECTIONS).join(', ')}`);
	assertWeights();
	const seed = Number(option('--seed', '1'));
	const figures: Figure[] = [];
	const failed: string[] = [];
	for (const name of chosen) {
		console.error(`-- ${name} (seed ${seed})`);
		try {
			figures.push(...(await SECTIONS[name](seed)));
		} catch (error) {
			// What the other sections measured is not lost with it.
			failed.push(`${name}: ${error instanceof VoiceError || error instanceof CannotRun ? error.message : error instanceof Error ? error.stack : String(error)}`);
		}
	}
	report(figures);
	if (failed.length > 0) throw new CannotRun(failed.join('\n'));
}

run(main);
