import { parseArgs } from 'node:util';
import { releaseAll } from './steps/build-once.mjs';
import { ensureN8n, ensureN8nVersion, lockedVersion } from './steps/n8n.mjs';
import { ensureNode, ensureNodeVersion } from './steps/node.mjs';
import { root } from './steps/paths.mjs';
import { SetupError } from './steps/report.mjs';
import { endAll, run } from './steps/run.mjs';

/**
 * `npm run compat VERSION`: does the package work in that version of n8n? Installs it beside the others in the cache,
 * runs deploy/local/compat.ts on it, and ends with 0 if so.
 */
const USAGE = `npm run compat VERSION [-- --node VERSION]

Installs that version of n8n, imports the examples into it, makes a spoken call in which a tool is used, and prints
the result. docs/compatibility.md says which versions are supported.

  --node VERSION   run n8n on that Node (exact, such as 20.19.5) instead of Node 24; the voice runtime stays on Node 24`;

process.removeAllListeners('warning');
process.on('warning', (warning) => {
	if (warning.code !== 'MODULE_TYPELESS_PACKAGE_JSON') console.warn(`${warning.name}: ${warning.message}`);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.once(signal, async () => {
		await endAll();
		await releaseAll();
		process.exit(130);
	});
}

const EXACT = /^\d+\.\d+\.\d+$/;

async function main() {
	const { positionals, values } = parseArgs({ allowPositionals: true, options: { node: { type: 'string' } } });
	const [version] = positionals;
	if (positionals.length !== 1 || !EXACT.test(version) || (values.node !== undefined && !EXACT.test(values.node))) {
		console.error(USAGE);
		return 2;
	}
	const own = await ensureNode();
	const binary = values.node === undefined ? own : await ensureNodeVersion(values.node);
	const nodeVersion = (await run(binary, ['--version'])).trim().slice(1);
	const node = { binary, major: Number(nodeVersion.split('.')[0]) };
	const isLocked = values.node === undefined && version === (await lockedVersion());
	const n8n = isLocked ? await ensureN8n(binary) : await ensureN8nVersion(version, node);
	const { checkN8n } = await import('./compat.ts');
	return (await checkN8n({ root, version, n8n, node: binary, nodeVersion })) ? 0 : 1;
}

main().then(
	(code) => process.exit(code),
	(error) => {
		console.error(error instanceof SetupError ? `\n✗ ${error.message}` : error);
		process.exit(1);
	},
);
