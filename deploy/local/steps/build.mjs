import { existsSync } from 'node:fs';
import path from 'node:path';
import { lastState, stateOf } from './changes.mjs';
import { root } from './paths.mjs';
import { announced } from './report.mjs';
import { run } from './run.mjs';

const sources = ['nodes', 'credentials', 'runtime', 'gulpfile.js', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** What dist is built from, as it is now. gulpfile.js remembers it with each build that comes to its end. */
export const sourcesState = () => stateOf(sources, (file) => !/\.(test|fixture)\.ts$/.test(file));

/**
 * `gulp build`, when a source has changed since the last one. Takes milliseconds when nothing has.
 * @param {NodeJS.WritableStream} [out] where it says so
 */
export async function ensureBuild(node, out) {
	if ((await lastState('build')) === sourcesState() && existsSync(path.join(root, 'dist'))) return;
	const gulp = path.join(root, 'node_modules', 'gulp', 'bin', 'gulp.js');
	await announced('building the package', () => run(node, [gulp, 'build'], { cwd: root }), undefined, out);
}
