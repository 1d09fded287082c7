import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureBuild } from '../deploy/local/steps/build.mjs';
import { ensureCommunityPackage } from '../deploy/local/steps/community-package.mjs';
import { manifestFile } from '../deploy/local/steps/paths.mjs';

/** Neither what this machine's user has downloaded decides a test, nor does a test write beside it. */
const models = path.join(import.meta.dirname, '.output', 'models');

/**
 * Jest's globalSetup. Workers and child processes run from dist also under jest, and n8n runs the packed package: an
 * old one would be tested in place of the sources, and nobody would see it.
 */
export default async function freshBuild(_, project) {
	if (process.env.VOICE_LOOP_MODELS === undefined) {
		rmSync(models, { recursive: true, force: true });
		process.env.VOICE_LOOP_MODELS = models;
	}
	try {
		// Jest's --json has stdout for itself.
		await ensureBuild(process.execPath, process.stderr);
		if (project.displayName.name === 'e2e' && existsSync(manifestFile)) await ensureCommunityPackage(process.stderr);
	} catch (error) {
		throw new Error(`dist/ is older than its sources and could not be built again, so no test was run. ${error.message}`);
	}
}
