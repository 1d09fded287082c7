import { timesToConnect } from './network/connect';
import { timesBackAfterFaults } from './network/faults';
import { openedAndClosed } from './network/flat';
import { wordsLost } from './network/words';
import { run } from './report';
import { type Section, runSections } from './sections';

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
} as const satisfies Record<string, Section>;

run(async () => await runSections(SECTIONS));
