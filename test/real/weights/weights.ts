import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../runtime/lib/package-root';

const FOLDER = path.join(packageRoot(), 'node_modules', '.cache', 'voice-loop', 'real-weights');

/** `describe` where the set-up could fetch the weights (deploy/local/steps/real-weights.mjs says why not). */
export const describeWithWeights = existsSync(FOLDER) ? describe : describe.skip;

export function weights(name: string): string {
	return path.join(FOLDER, name);
}
