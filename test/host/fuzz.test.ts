// Guards against: hostile inputs of every kind that end a process of the real runtime, hang it, leave a call behind or meet an error of ours; and a fuzz
// bench that would not notice.
import { spawn } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/** Ends by itself. `onProcesses`: the runtime's, by name. */
async function fuzz(args: readonly string[], onProcesses: (pids: ReadonlyMap<string, number>) => void = () => undefined): Promise<{ code: number | null; said: string }> {
	const bench = spawn(process.execPath, [path.join(ROOT, 'bench/run.mjs'), 'fuzz', '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	const hear = (piece: Buffer): void => {
		const before = said.includes('processes [');
		said += piece.toString();
		const line = /^processes (\[.*\])$/m.exec(said)?.[1];
		if (line === undefined || before) return;
		onProcesses(new Map((JSON.parse(line) as Array<{ name: string; pid: number }>).map(({ name, pid }) => [name, pid])));
	};
	bench.stdout.on('data', hear);
	bench.stderr.on('data', hear);
	return await new Promise((resolve) => bench.once('close', (code) => resolve({ code, said })));
}

it('a few hundred inputs of every kind do no harm', async () => {
	const { code, said } = await fuzz(['--seed', '20261127', '--count', '400']);
	expect(said).toContain('seed 20261127');
	const figures = said.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { name: string; p50: number });
	const harm = figures.filter(({ name }) => /: (crashes|hangs|internal errors|stuck calls)$/.test(name));
	expect(harm).toHaveLength(10 * 4);
	expect(harm.filter(({ p50 }) => p50 > 0)).toEqual([]);
	expect(code).toBe(0);
});

it.each(['inference', 'media 0', 'gateway'])('notices that %s ends, says at which input, and fails', async (name) => {
	const { code, said } = await fuzz(['--seed', '1', '--count', '2000', '--surface', 'control API'], (pids) => {
		const pid = pids.get(name);
		setTimeout(() => pid !== undefined && process.kill(pid, 'SIGKILL'), 700);
	});
	expect(said).toMatch(/control API: crash at input \d+/);
	expect(said).toContain('--seed 1 --surface "control API" --from');
	expect(code).toBe(1);
});
