/**
 * `npm run bench` runs all benches, `npm run bench turns` one. `-- --json` prints one object a line; all that
 * begins with the first flag goes to the benches.
 * They run what is built in dist, which is built again when a source is newer; the machine should have nothing else
 * to do.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureBuild } from '../deploy/local/steps/build.mjs';
import { ensureCommunityPackage } from '../deploy/local/steps/community-package.mjs';
import { manifestFile } from '../deploy/local/steps/paths.mjs';
import { buildBenches, built } from './build.mjs';

const BENCHES = ['listen', 'word-times', 'inference', 'tokens', 'sampling', 'snac', 'snac-load', 'first-sound', 'echo-peer-compare', 'sessions', 'turns', 'tool-call'];
/** Run only by name: one needs what not every machine has, the others look for faults or take long. */
const BY_NAME = ['gpu', 'fuzz', 'pauses', 'crashes', 'network', 'real', 'tail', 'peers'];
const args = process.argv.slice(2);
const firstFlag = args.findIndex((argument) => argument.startsWith('--'));
const names = firstFlag < 0 ? args : args.slice(0, firstFlag);
const flags = firstFlag < 0 ? [] : args.slice(firstFlag);
const unknown = names.filter((name) => ![...BENCHES, ...BY_NAME].includes(name));
if (unknown.length > 0) {
	console.error(`There is no bench "${unknown.join('", "')}". Benches: ${[...BENCHES, ...BY_NAME].join(', ')}`);
	process.exit(2);
}

function run(name) {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [path.join(built, `${name}.js`), ...flags], { stdio: 'inherit' });
		// A bench ends what it has started.
		for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
		child.once('exit', (code) => resolve(code ?? 1));
	});
}

// With --json, stdout is for figures only.
await ensureBuild(process.execPath, process.stderr);
// Some run it as n8n installs it.
if (existsSync(manifestFile)) await ensureCommunityPackage(process.stderr);
await buildBenches();
let failure = 0;
for (const name of names.length > 0 ? names : BENCHES) {
	if (!flags.includes('--json')) console.log(`\n== ${name}`);
	failure ||= await run(name);
}
process.exit(failure);
