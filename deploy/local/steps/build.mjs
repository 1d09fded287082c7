import { existsSync } from 'node:fs';
import path from 'node:path';
import { lastState, rememberState, stateOf } from './changes.mjs';
import { root } from './paths.mjs';
import { announced } from './report.mjs';
import { run } from './run.mjs';

const sources = [
	'nodes',
	'credentials',
	'runtime',
	'bench',
	'gulpfile.js',
	'tsconfig.json',
	'tsconfig.build.json',
	'package-lock.json',
];

/** `gulp build`, when a source is newer than what was built from it. */
export async function ensureBuild(node) {
	const state = stateOf(sources, (file) => !/\.(test|fixture)\.ts$/.test(file));
	if ((await lastState('build')) === state && existsSync(path.join(root, 'dist'))) return;
	await announced('building the package', () =>
		run(node, [path.join(root, 'node_modules', 'gulp', 'bin', 'gulp.js'), 'build'], { cwd: root }),
	);
	await rememberState('build', state);
}
