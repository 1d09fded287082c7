import { forkPeers } from './callers';
import { Engines } from './peers/engines';
import { withOurs } from './peers/ours';
import { Pipecat } from './peers/pipecat';
import { sectionsOf } from './peers/sections';
import { assertWeights } from './real/models';
import { run } from './report';
import { runSections } from './sections';

/**
 * Ours beside Pipecat: the same engines with fixed times, the same caller, the same recorded sentences, calls one after the
 * other in rounds.
 *
 *     npm run bench peers [-- --json] [--sections ordinary,complete,silence,interruptions] [--seed N] [--rounds 4] [--turns 6]
 */
run(async () => {
	assertWeights();
	const engines = await Engines.start();
	const callers = forkPeers();
	let pipecat: Pipecat | undefined;
	try {
		const peer = (pipecat = await Pipecat.start(engines.url));
		await withOurs(engines.url, async (ours) => await runSections(sectionsOf({ engines, ours, callers, peers: (strategy) => [peer.side(strategy)] })));
	} finally {
		await pipecat?.stop();
		await callers.stop();
		await engines.stop();
	}
});
