import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { releaseAll } from './steps/build-once.mjs';
import { ensureBuild } from './steps/build.mjs';
import { ensureCommunityPackage } from './steps/community-package.mjs';
import { ensureDependencies } from './steps/dependencies.mjs';
import { ensureHome } from './steps/home.mjs';
import { ensureLlamaServer } from './steps/llama-server.mjs';
import { ensureN8n, ensureN8nVersion } from './steps/n8n.mjs';
import { ensureNode, linkNode } from './steps/node.mjs';
import { manifestFile } from './steps/paths.mjs';
import { ensureRealWeights } from './steps/real-weights.mjs';
import { SetupError } from './steps/report.mjs';
import { endAll, run } from './steps/run.mjs';
import { ensureSoftwareVulkan } from './steps/software-vulkan.mjs';
import { ensureTestTools } from './steps/test-tools.mjs';

/**
 * Brings a fresh clone to where `npm start` and `npm test` can run: `node deploy/local/setup.mjs package test`.
 * Runs on Node 20 or newer with nothing installed. Every step checks first and does only what is missing.
 */
const goals = {
	async package() {
		await ensureHome();
		const node = await ensureNode();
		await ensureDependencies(node);
		await linkNode(node);
		await ensureBuild(node);
		const n8n = await chosenN8n(node);
		const installed = await ensureCommunityPackage();
		await mkdir(path.dirname(manifestFile), { recursive: true });
		await writeFile(manifestFile, `${JSON.stringify({ node, n8n, ...installed }, null, '\t')}\n`);
	},
	async test() {
		await ensureTestTools();
		await ensureRealWeights();
		await ensureLlamaServer();
		await ensureSoftwareVulkan();
	},
};

/** The locked n8n, or the one that VOICE_LOOP_N8N_VERSION names. */
async function chosenN8n(node) {
	const version = process.env.VOICE_LOOP_N8N_VERSION;
	if (!version) return await ensureN8n(node);
	if (!/^\d+\.\d+\.\d+$/.test(version)) throw new SetupError(`VOICE_LOOP_N8N_VERSION is not a version of n8n: ${version}.`, 'Set it to an exact one, such as 1.123.81.');
	return await ensureN8nVersion(version, { binary: node, major: Number((await run(node, ['--version'])).slice(1).split('.')[0]) });
}

let interrupted = false;

async function interrupt(signal) {
	if (interrupted) return;
	interrupted = true;
	console.error('\nInterrupted. Finished steps are kept; unfinished ones are removed.');
	await endAll();
	await releaseAll();
	process.exit(signal === 'SIGINT' ? 130 : 143);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);

// A SIGTERM to npm ends npm and its shell, and does not come through to here.
const shell = process.ppid;
setInterval(() => {
	if (process.env.npm_lifecycle_event && process.ppid !== shell) void interrupt('SIGTERM');
}, 500).unref();

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in goals));
if (wanted.length === 0 || unknown.length > 0) {
	console.error(`Usage: node deploy/local/setup.mjs [${Object.keys(goals).join('] [')}]`);
	process.exit(2);
}

try {
	for (const name of wanted) await goals[name]();
} catch (error) {
	// An interrupted step fails too; its message would only hide the interruption's.
	if (!interrupted) {
		console.error(error instanceof SetupError ? `\n✗ ${error.message}` : error);
		process.exitCode = 1;
	}
}
