import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../deploy/local/steps/paths.mjs';

/** The compiled benches: not in dist, which is what the package publishes. */
export const built = path.join(root, 'bench', '.output', 'dist');

/** A bench measures the runtime that is published, so of that it brings no copy. Fixtures are not published. */
const publishedRuntime = {
	name: 'published-runtime',
	setup({ onResolve }) {
		onResolve({ filter: /^\.\.?\// }, ({ path: imported, resolveDir }) => {
			const fromRoot = path.relative(root, path.resolve(resolveDir, imported));
			if (!fromRoot.startsWith(`runtime${path.sep}`) || /\.fixture(\.ts)?$/.test(fromRoot)) return undefined;
			return { path: path.join(root, 'dist', fromRoot), external: true };
		});
	},
};

/** About half a second. Types are for `npm run typecheck`. */
export async function buildBenches() {
	const folders = ['bench', 'bench/llama'];
	const files = folders.flatMap((folder) =>
		readdirSync(path.join(root, folder))
			.filter((name) => name.endsWith('.ts'))
			.map((name) => path.join(root, folder, name)),
	);
	await rm(built, { recursive: true, force: true });
	await build({
		entryPoints: files,
		outbase: path.join(root, 'bench'),
		outdir: built,
		bundle: true,
		packages: 'external',
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		sourcemap: true,
		logLevel: 'warning',
		plugins: [publishedRuntime],
	});
}
