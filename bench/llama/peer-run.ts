import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { CannotRun } from '../report';
import type { PeerTools } from './peer-tools';

/** What one token cost, ms of wall and of processor time (all threads together). */
export interface TokenCost {
	readonly wallMs: number;
	readonly cpuMs: number;
}

export interface PeerSettings {
	readonly file: string;
	readonly threads: number;
	readonly onGpu: boolean;
	/** A sequence holds so many tokens before those that are measured: attention to them is part of a token's cost. */
	readonly depth: number;
	readonly tokens: number;
}

/** Linux counts a process's time in hundredths of a second. */
const TICK_MS = 10;
const benchLine = z.object({ avg_ns: z.number() });
const batchedLine = z.object({ pl: z.number(), tg: z.number(), t_pp: z.number(), t_tg: z.number() });

/** Processor time that a process has used so far, ms. */
function usedMs({ pid }: ChildProcess): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	// After the name, which may hold spaces and brackets: state is the first, utime and stime the 12th and 13th.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Runs a tool to its end, with each line it writes. */
async function runTool({ folder, env }: PeerTools, program: string, args: readonly string[], onLine: (line: string, usedMs: number) => void): Promise<void> {
	const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
	const said: string[] = [];
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream }).on('line', (line) => {
			said.push(line);
			onLine(line, child.exitCode === null ? usedMs(child) : Number.NaN);
		});
	}
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code !== 0) throw new CannotRun(`${program} ended with ${code}:\n${said.slice(-8).join('\n')}`);
}

function placement({ file, threads, onGpu }: PeerSettings): string[] {
	return ['-m', file, '-t', `${threads}`, '-ngl', onGpu ? '99' : '0'];
}

/** One sequence by llama-bench: decoding alone, no sampling. */
export async function llamaBench(tools: PeerTools, settings: PeerSettings): Promise<TokenCost> {
	const { depth, tokens } = settings;
	const args = [...placement(settings), '-p', '0', '-d', `${depth}`, '-n', `${tokens}`, '-r', '1', '-o', 'jsonl', '--progress'];
	let before = Number.NaN;
	let cost: TokenCost | undefined;
	await runTool(tools, tools.bench, args, (line, used) => {
		if (line.includes('generation run 1/1')) before = used;
		if (!line.startsWith('{')) return;
		cost = { wallMs: benchLine.parse(JSON.parse(line)).avg_ns / 1e6 / tokens, cpuMs: (used - before) / tokens };
	});
	if (!cost) throw new CannotRun('llama-bench gave no figures.');
	return cost;
}

/** Several sequences at a time by llama-batched-bench, by their number. */
export async function batchedBench(tools: PeerTools, settings: PeerSettings, sequences: readonly number[]): Promise<Map<number, TokenCost>> {
	const { depth, tokens, threads } = settings;
	const most = Math.max(...sequences);
	// What one costs is seen between two lines, so the first is done twice.
	const rows = [sequences[0] ?? 1, ...sequences].join(',');
	const sizes = ['-npp', `${depth}`, '-ntg', `${tokens}`, '-npl', rows, '-c', `${most * 256 * Math.ceil((depth + tokens + 1) / 256)}`];
	const args = [...placement(settings), '-tb', `${threads}`, ...sizes, '--output-format', 'jsonl'];
	let before = Number.NaN;
	const costs = new Map<number, TokenCost>();
	await runTool(tools, tools.batchedBench, args, (line, used) => {
		if (!line.startsWith('{')) return;
		const { pl, tg, t_pp, t_tg } = batchedLine.parse(JSON.parse(line));
		// A line comes after reading and writing: the processor's time is shared out as the wall's is.
		const writing = t_tg / (t_pp + t_tg);
		costs.set(pl, { wallMs: (t_tg * 1000) / (pl * tg), cpuMs: ((used - before) * writing) / (pl * tg) });
		before = used;
	});
	if (costs.size < sequences.length) throw new CannotRun('llama-batched-bench gave no figures.');
	return costs;
}
