import { existsSync } from 'node:fs';
import { WEIGHTS } from './folder';

export { weights } from './folder';

/** `describe` where the set-up could fetch the weights (deploy/local/steps/real-weights.mjs says why not). */
export const describeWithWeights = existsSync(WEIGHTS) ? describe : describe.skip;
