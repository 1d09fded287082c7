import { calls } from './real/calls';
import { judge } from './real/judge';
import { assertWeights } from './real/models';
import { recognisers } from './real/recognisers';
import { start } from './real/start';
import { together } from './real/together';
import { voices } from './real/voices';
import { run } from './report';
import { type Section, runSections } from './sections';

/**
 * Real models, as users bring them: what they hear and say, how soon, and what they cost, alone and together.
 *
 *     npm run bench real [-- --json] [--sections recognisers,together,voices,start,judge,calls] [--seed N] [--counts 1,4,8,16]
 *         [--prompts 30] [--rounds 3] [--replies 12] [--starts 10] [--sentences 60] [--callers 1,4] [--recogniser PATH] [--voice PATH] [--gguf FILE]
 *
 * `--gguf` is your word that you have accepted the terms of that model.
 */
const SECTIONS = { recognisers, together, voices, start, judge, calls } as const satisfies Record<string, Section>;

run(async () => {
	assertWeights();
	await runSections(SECTIONS);
});
