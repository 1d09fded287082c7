import { forkPeers } from './callers';
import type { Peer } from './peers/call';
import { Engines } from './peers/engines';
import { LiveKit } from './peers/livekit';
import { hasLiveKitServer } from './peers/livekit-server';
import { withOurs } from './peers/ours';
import { Pipecat } from './peers/pipecat';
import { sectionsOf } from './peers/sections';
import { assertWeights } from './real/models';
import { CannotRun, run } from './report';
import { runSections } from './sections';

/**
 * Ours beside Pipecat, and LiveKit where its server is on the PATH: the same engines with fixed times, the same recorded sentences,
 * calls one after the other in rounds.
 *
 *     npm run bench peers [-- --json] [--sections ordinary,complete,silence,interruptions,together] [--seed N] [--rounds 4] [--turns 6] [--callers 4]
 */
run(async () => {
	assertWeights();
	const interrupted = new Promise<never>((_resolve, reject) => {
		// All that was started is ended then, too.
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => reject(new CannotRun(`ended by ${signal}`)));
	});
	interrupted.catch(() => undefined);
	const engines = await new Engines().start();
	const callers = forkPeers();
	const peers: Peer[] = [];
	try {
		peers.push(await Pipecat.start(engines.url, callers));
		if (hasLiveKitServer()) peers.push(await LiveKit.start(engines.url));
		else console.error('LiveKit is left out: there is no livekit-server on the PATH.');
		await withOurs(engines.url, callers, async (ours) => {
			const sections = sectionsOf({ engines, ours, peers: (strategy) => peers.map((peer) => peer.side(strategy)) });
			await Promise.race([interrupted, runSections(sections)]);
		});
	} finally {
		for (const peer of peers) await peer.stop();
		await callers.stop();
		await engines.stop();
	}
});
