import path from 'node:path';
import { packageRoot } from '../../../runtime/lib/package-root';

/** Where the set-up keeps the real models (deploy/local/steps/real-weights.mjs). */
export const WEIGHTS = path.join(packageRoot(), 'node_modules', '.cache', 'voice-loop', 'real-weights');

export function weights(name: string): string {
	return path.join(WEIGHTS, name);
}
