import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importExamples } from '../deploy/local/host/examples.ts';
import { readManifest } from '../deploy/local/host/manifest.ts';
import { LocalN8n } from '../deploy/local/host/n8n.ts';
import { startRuntime, stateFolder } from '../deploy/local/host/runtime-process.ts';
import { installPackage } from '../deploy/local/host/user-folder.ts';
import type { CallReport, CallTurn } from '../runtime/cli/call/report';
import type { TurnTimings } from '../runtime/contract/turn';
import { echoOnset } from './echo-onset';
import { type Figure, option, percentile, report } from './report';

/**
 * The waterfall of real turns: the headless caller talks to the example agent in real n8n over real WebRTC.
 *
 *     npm run bench turns [-- --json] [--rounds N]
 */
const rounds = Number(option('--rounds', '16'));
const LINES = ['--say', 'what is on my calendar tomorrow', '--say', 'thank you'];
const bargeIns = Math.min(10, rounds);
const BARGE_IN = ['--say', 'what can you do', '--barge-in', 'stop please cancel that@1200'];

const root = path.resolve(__dirname, '..', '..');

function call(url: string, account: string[], args: string[]): Promise<CallReport> {
	const command = [path.join(root, 'dist/runtime/cli/voice-loop.js'), 'call', '--json', '--url', url, ...account, ...args];
	const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', () => resolve(JSON.parse(output) as CallReport));
	});
}

const stages: Array<keyof TurnTimings> = [
	'eou_delay',
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
	const manifest = await readManifest(root);
	const userFolder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-bench-'));
	await installPackage(userFolder, manifest);
	const runtime = await startRuntime(manifest.node, userFolder);
	let n8n: LocalN8n | undefined;
	try {
		n8n = await LocalN8n.open(manifest, { userFolder, env: { VOICE_LOOP_STATE: stateFolder(userFolder) } });
		const agent = (await importExamples(n8n.rest, root)).find(({ pagePath }) => pagePath !== '');
		const url = `${n8n.url}/webhook/${agent?.pagePath}`;
		const account = ['--email', n8n.owner.email, '--password', n8n.owner.password];
		await call(url, account, ['--say', 'hello']);
		const { turns } = await call(url, account, [...LINES, '--turns', String(rounds)]);
		const interrupted: CallTurn[] = [];
		for (let round = 0; round < bargeIns; round++) {
			interrupted.push(...(await call(url, account, BARGE_IN)).turns.slice(1));
		}
		report(figures(turns, interrupted, echo));
	} finally {
		await n8n?.stop();
		await runtime.stop();
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
