import { Coturn, SECRET } from '../../test/network/coturn';
import { type Figure, option, percentile } from '../report';
import { networkOfCaller } from './network-of-caller';
import type { CallerNetwork } from '../../test/network/caller-network';
import { PageCaller } from './page-caller';
import { ReachableAgent } from './reachable-agent';

const WAYS = ['socket', 'http'] as const;

/**
 * From the page's offer, through n8n, until the agent's sound arrives; candidates go over the runtime's WebSocket or over n8n's webhook.
 * Beside it a connection between two ends in the same page, which needs no server but the relay.
 */
export async function timesToConnect(): Promise<Figure[]> {
	const network = networkOfCaller();
	const figures: Figure[] = [];
	const coturn = await Coturn.start({ address: network.server, more: ['--runtime-address', network.server, '--allow-private'] });
	try {
		const relay = { VOICE_LOOP_TURN_URLS: coturn.url('udp'), VOICE_LOOP_TURN_SECRET: SECRET, VOICE_LOOP_RELAY_ONLY: 'on' };
		const direct = { VOICE_LOOP_TURN_URLS: '', VOICE_LOOP_TURN_SECRET: '', VOICE_LOOP_RELAY_ONLY: 'off' };
		for (const [path, settings] of Object.entries({ direct, relay })) figures.push(...(await measure(network, path, settings)));
	} finally {
		await coturn.stop();
		network.remove();
	}
	return figures;
}

async function measure(network: CallerNetwork, path: string, settings: NodeJS.ProcessEnv): Promise<Figure[]> {
	const count = Number(option('--connects', '20'));
	const agent = await ReachableAgent.start(network.server, settings);
	const caller = await PageCaller.open(network, agent.pageUrl);
	const figures: Figure[] = [];
	try {
		// Models are loaded by the first call.
		await caller.call(agent.pageUrl);
		await caller.click();
		const bare: number[] = [];
		const configuration = `fetch(location.href, { headers: { accept: 'application/json' } }).then((answer) => answer.json())`;
		for (let n = 0; n < count; n++) bare.push(await caller.page.evaluate<number>(`${configuration}.then((given) => window.watch.bare(given))`));
		const bound = percentile(bare, 0.5);
		figures.push({ name: `connect, ${path}: two ends in one page`, unit: 'ms', samples: bare, bound: Number.NaN });
		for (const way of WAYS) {
			await caller.page.goto(agent.pageUrl);
			await caller.page.evaluate(`window.watch.bar(${way === 'http'})`);
			const samples: number[] = [];
			while (samples.length < count) {
				await caller.click();
				const seen = await caller.until(({ connects }) => connects.length > samples.length, 'no sound came');
				samples.push(seen.connects.at(-1)?.ms ?? Number.NaN);
				await caller.click();
				await caller.until(({ state }) => state === 'ended' || state === 'idle', 'the call did not end');
			}
			console.error(`${path}, ${way}: ${samples.map(Math.round).join(' ')} ms`);
			figures.push({ name: `connect, ${path}, candidates by ${way === 'socket' ? 'WebSocket' : 'HTTP'}`, unit: 'ms', samples, bound });
		}
	} finally {
		await caller.close();
		await agent.stop();
	}
	return figures;
}
