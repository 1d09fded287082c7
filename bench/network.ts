import { VoiceError } from '../runtime/contract/errors';
import { timesToConnect } from './network/connect';
import { timesBackAfterFaults } from './network/faults';
import { openedAndClosed } from './network/flat';
import { wordsLost } from './network/words';
import { CannotRun, type Figure, option, report, run } from './report';

/**
 * Calls over bad networks and through faults: how long it takes to connect, to be back in the conversation, how many words
 * are lost, and what is left of calls that are over. Needs root: the caller is in a network namespace of its own.
 *
 *     npm run bench network [-- --json] [--sections connect,faults,calls,words] [--seed N]
 *         [--connects 20] [--trials 3] [--faults "cut of 2 s,media killed"] [--calls 500] [--rates 0,5,10,20] [--callers 1] [--sentences 120]
 */
const SECTIONS = {
	connect: timesToConnect,
	faults: timesBackAfterFaults,
	calls: openedAndClosed,
	words: wordsLost,
} as const satisfies Record<string, (seed: number) => Promise<readonly Figure[]>>;

type Section = keyof typeof SECTIONS;

function isSection(name: string): name is Section {
	return Object.hasOwn(SECTIONS, name);
}

async function main(): Promise<void> {
	const names = option('--sections', Object.keys(SECTIONS).join(',')).split(',');
	const chosen = names.filter(isSection);
	if (chosen.length < names.length) throw new CannotRun(`Sections: ${Object.keys(SECTIONS).join(', ')}`);
	const seed = Number(option('--seed', String(Math.floor(Math.random() * 1_000_000))));
	console.error(`seed ${seed}`);
	const figures: Figure[] = [];
	const failed: string[] = [];
	for (const name of chosen) {
		console.error(`-- ${name}`);
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
