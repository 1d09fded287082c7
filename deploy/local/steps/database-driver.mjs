import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureCompiler } from './compiler.mjs';
import { headersOf } from './node.mjs';
import { SetupError, announced } from './report.mjs';
import { npm, run, which } from './run.mjs';

/** npm carries a node-gyp of its own. */
async function findNodeGyp() {
	const npmFolders = [
		process.env.npm_execpath && path.resolve(path.dirname(process.env.npm_execpath), '..'),
		path.join((await npm(['root', '--global'])).trim(), 'npm'),
	];
	const candidates = [
		...npmFolders.filter(Boolean).map((folder) => path.join(folder, 'node_modules/node-gyp/bin/node-gyp.js')),
		which('node-gyp'),
	];
	const found = candidates.find((file) => file && existsSync(file));
	if (!found) throw new SetupError('node-gyp, which usually comes with npm, was not found.', 'Install it: npm install --global node-gyp');
	return found;
}

const loads = (node, folder) =>
	run(node, ['-e', "require('sqlite3')"], { cwd: folder }).then(
		() => true,
		() => false,
	);

/**
 * n8n's sqlite3 gets its binary from an install script, and the install scripts of n8n's 2300 packages
 * do not run here (one of them builds from sources it fetches). It is N-API: compiled once, it loads in any Node.
 */
export async function buildDatabaseDriver(node, folder) {
	if (await loads(node, folder)) return;
	await ensureCompiler();
	const nodeGyp = await findNodeGyp();
	const headers = headersOf(node);
	await announced("compiling n8n's database driver", () =>
		run(node, [nodeGyp, 'rebuild', '--release', ...(headers ? [`--nodedir=${headers}`] : [])], {
			cwd: path.join(folder, 'node_modules', 'sqlite3'),
		}),
	);
	if (!(await loads(node, folder))) throw new SetupError("n8n's database driver was compiled, but it cannot be loaded.");
}
