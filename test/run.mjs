/**
 * Runs everything that `npm test` promises, in the order in which a mistake is cheapest to find, and ends
 * with one line of totals. Arguments choose stages: `node test/run.mjs unit e2e`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const bin = (name) => path.join('node_modules', '.bin', name);
const scratch = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-test-'));
const report = (stage) => path.join(scratch, `${stage}.json`);
const jest = (stage, ...more) => [
	bin('jest'), '--selectProjects', stage, '--ci', '--json', `--outputFile=${report(stage)}`, ...more,
];

const stages = {
	lint: [bin('eslint'), '.'],
	types: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'],
	'page types': [bin('tsc'), '-p', 'runtime/page/browser'],
	shape: [process.execPath, 'test/shape/main.mjs'],
	unit: jest('unit', '--maxWorkers=2'),
	// Each of these boots n8n, Chromium and the runtime: one at a time on two cores.
	e2e: jest('e2e', '--runInBand'),
};

function run(command, args) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { stdio: 'inherit' });
		for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
		child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
	});
}

async function totals(stage) {
	try {
		const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(await readFile(report(stage), 'utf8'));
		return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
	} catch {
		return { passed: 0, failed: 0, skipped: 0 };
	}
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stages);
const sum = { passed: 0, failed: 0, skipped: 0 };
let failure = 0;
for (const stage of chosen) {
	const command = stages[stage];
	if (!command) {
		console.error(`There is no stage "${stage}". Stages: ${Object.keys(stages).join(', ')}`);
		process.exit(2);
	}
	console.log(`\n== ${stage}`);
	const started = Date.now();
	const code = await run(command[0], command.slice(1));
	console.log(`== ${stage}: ${code === 0 ? 'ok' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`);
	for (const [key, value] of Object.entries(await totals(stage))) sum[key] += value;
	failure ||= code;
}
await rm(scratch, { recursive: true, force: true });
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(failure === 0 ? 0 : 1);
