import { spawnSync } from 'node:child_process';
import { forkPeers } from './callers';
import { Engines } from './peers/engines';
import { withOurs } from './peers/ours';
import { Pipecat } from './peers/pipecat';
import { sectionsOf } from './peers/sections';
import { assertWeights } from './real/models';
import { CannotRun, run } from './report';
import { runSections } from './sections';

/**
 * Ours beside Pipecat: the same engines with fixed times, the same caller, the same recorded sentences, calls one after the
 * other in rounds.
 *
 *     npm run bench peers [-- --json] [--sections ordinary,complete,silence,interruptions] [--seed N] [--rounds 4] [--turns 6]
 */
run(async () => {
	assertWeights();
	const interrupted = new Promise<never>((_resolve, reject) => {
		// All that was started is ended then, too.
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => reject(new CannotRun(`ended by ${signal}`)));
	});
	interrupted.catch(() => undefined);
	if (spawnSync('livekit-server', ['--version']).error) console.error('LiveKit is left out: there is no livekit-server on the PATH.');
	else console.error('LiveKit is left out: this bench has no caller for it yet.');
	const engines = await new Engines().start();
	const callers = forkPeers();
	let pipecat: Pipecat | undefined;
	try {
		const peer = (pipecat = await Pipecat.start(engines.url));
		await withOurs(engines.url, async (ours) => await Promise.race([interrupted, runSections(sectionsOf({ engines, ours, callers, peers: (strategy) => [peer.side(strategy)] }))]));
	} finally {
		await pipecat?.stop();
		await callers.stop();
		await engines.stop();
	}
});
