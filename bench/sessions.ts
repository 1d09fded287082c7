import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { callerVoice } from '../runtime/cli/call/caller-voice';
import type { ProcessLoad, RuntimeStats } from '../runtime/contract/stats';
import { type Agent, withAgent } from './agent';
import { type Load, measure } from './echo-peer-load';
import { type Figure, numbers, option, report, run } from './report';

/**
 * What a live session costs: callers talk with the example agent in real n8n over real WebRTC, turn after turn. CPU
 * and memory of all the runtime's processes (n8n and the callers are not ours), beside a bare wrtc echo at the same
 * counts.
 *
 *     npm run bench sessions [-- --json] [--seconds N] [--sessions 1,4,8]
 */
const seconds = Number(option('--seconds', '20'));
const counts = numbers('--sessions', '1,4,8');
const LINES = ['--say', 'what is on my calendar tomorrow', '--say', 'thank you', '--turns', '200'];
/** All have come through, and their first turns have read the instructions. */
const SETTLE_MS = 12_000;
const SPEECH = 'what is on my calendar tomorrow';

/** CPU in percent of a core and memory in bytes, of one kind of process together. */
type Cost = { cpu: number; rss: number };
type Kind = keyof RuntimeStats;
const kinds: readonly Kind[] = ['gateway', 'media', 'inference'];

function total(load: ProcessLoad | readonly ProcessLoad[]): ProcessLoad {
	return [load].flat().reduce((sum, { cpuMs, rssBytes }) => ({ cpuMs: sum.cpuMs + cpuMs, rssBytes: sum.rssBytes + rssBytes }), { cpuMs: 0, rssBytes: 0 });
}

async function live(agent: Agent, sessions: number): Promise<Record<Kind, Cost>> {
	const callers = Array.from({ length: sessions }, () => agent.dial(LINES));
	const gone = callers.map(async (caller): Promise<unknown> => await once(caller, 'close'));
	try {
		await pause(SETTLE_MS);
		const before = await agent.runtime.stats();
		const startedAt = performance.now();
		await pause(seconds * 1000);
		const after = await agent.runtime.stats();
		const elapsed = performance.now() - startedAt;
		const carried = (await agent.runtime.health()).sessions;
		if (carried !== sessions) throw new Error(`${carried} of ${sessions} sessions were left at the end`);
		const cost = (kind: Kind): Cost => ({
			cpu: ((total(after[kind]).cpuMs - total(before[kind]).cpuMs) / elapsed) * 100,
			rss: total(after[kind]).rssBytes,
		});
		return { gateway: cost('gateway'), media: cost('media'), inference: cost('inference') };
	} finally {
		callers.forEach((caller) => caller.kill('SIGINT'));
		await Promise.all(gone);
	}
}

function figures(sessions: number, ours: Record<Kind, Cost>, echo: Load): Figure[] {
	const sum = (pick: (cost: Cost) => number): number => kinds.reduce((all, kind) => all + pick(ours[kind]), 0);
	const one = (name: string, unit: string, value: number, bound: number): Figure => ({ name: `${name}, ${sessions} sessions`, unit, samples: [value], bound });
	const none = Number.NaN;
	return [
		one('cpu a session', '% of a core', sum(({ cpu }) => cpu) / sessions, echo.cpuPercent),
		...kinds.map((kind) => one(`  ${kind}`, '% of a core', ours[kind].cpu / sessions, kind === 'media' ? echo.cpuPercent : none)),
		one('memory, all processes', 'MB', sum(({ rss }) => rss) / 1e6, echo.rssBytes / 1e6),
		...kinds.map((kind) => one(`  ${kind}`, 'MB', ours[kind].rss / 1e6, kind === 'media' ? echo.rssBytes / 1e6 : none)),
	];
}

async function main(): Promise<void> {
	const speech = await callerVoice('')(SPEECH);
	const rows: Figure[] = [];
	await withAgent(async (agent) => {
		// Models are loaded by the first call.
		await agent.call(['--say', 'hello']);
		for (const sessions of counts) rows.push(...figures(sessions, await live(agent, sessions), await measure('echo', sessions, speech, seconds)));
	});
	report(rows);
}

run(main);
