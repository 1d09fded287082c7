import { writeFile } from 'node:fs/promises';
import type { CallTurn } from '../runtime/cli/call/report';
import type { TurnTimings } from '../runtime/contract/turn';
import { withAgent } from './agent';
import { echoOnset } from './echo-onset';
import { type Figure, option, percentile, report, run } from './report';

/**
 * The waterfall of real turns: the headless caller talks to the example agent in real n8n over real WebRTC.
 *
 *     npm run bench turns [-- --json] [--rounds N] [--speculation off|workflow|model|modelAndVoice] [--each FILE]
 */
const speculation = option('--speculation', 'auto');
/** Where every turn goes, as a line of JSON. */
const each = option('--each', '');
const rounds = Number(option('--rounds', '16'));
const LINES = ['--say', 'what is on my calendar tomorrow', '--say', 'thank you'];
const bargeIns = Math.min(10, rounds);
const BARGE_IN = ['--say', 'what can you do', '--barge-in', 'stop please cancel that@1200'];

const stages: Array<keyof TurnTimings> = [
	'eou_delay',
	'early_start',
	'transcription_delay',
	'workflow_delay',
	'nodes_delay',
	'tools',
	'ttft',
	'sentence_delay',
	'ttfb',
	'playout_delay',
	'first_audio_delay',
	'e2e_latency',
	'response_delay',
];

function figures(turns: CallTurn[], interrupting: CallTurn[], echo: number[]): Figure[] {
	const answered = turns.filter(({ answered }) => answered);
	const samples = (pick: (turn: CallTurn) => number | undefined): number[] => answered.flatMap((turn) => pick(turn) ?? []);
	const none = Number.NaN;
	const echoTime = percentile(echo, 0.5);
	// Waiting for the end of the turn, the engines' own time, and sound's way there and back: nothing can be faster.
	const least = samples(({ timings }) => (timings?.eou_delay ?? none) + (timings?.ttft ?? none) + (timings?.ttfb ?? none) + echoTime);
	return [
		{ name: 'turns begun early', unit: '%', samples: answered.map(({ timings }) => (timings?.early_start === undefined ? 0 : 100)), bound: none },
		...stages.map((stage) => ({ name: `turn ${stage}`, unit: 'ms', samples: samples(({ timings }) => timings?.[stage]), bound: none })),
		{ name: 'turn heard (caller: last word to first sound)', unit: 'ms', samples: samples(({ responseMs }) => responseMs), bound: percentile(least, 0.5) },
		{ name: 'echo (caller to echo peer and back)', unit: 'ms', samples: echo, bound: none },
		{
			name: 'barge-in (caller: onset to silence)',
			unit: 'ms',
			samples: interrupting.flatMap(({ silencedMs }) => silencedMs ?? []),
			bound: echoTime,
		},
	];
}

async function main(): Promise<void> {
	const echo = await echoOnset(12);
	await withAgent(async (agent) => {
		await agent.call(['--say', 'hello']);
		const { turns } = await agent.call([...LINES, '--turns', String(rounds)]);
		const interrupted: CallTurn[] = [];
		for (let round = 0; round < bargeIns; round++) interrupted.push(...(await agent.call(BARGE_IN)).turns.slice(1));
		if (each !== '') await writeFile(each, turns.map((turn) => `${JSON.stringify(turn)}\n`).join(''));
		report(figures(turns, interrupted, echo));
	}, speculation === 'auto' ? {} : { options: { speculation } });
}

run(main);
