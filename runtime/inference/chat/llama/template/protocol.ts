import { z } from 'zod';
import type { Protocol } from '../../../../rpc/protocol';

/**
 * A template writes the largest conversation in some 3 ms. One that needs a second of computing is wrong, or meant to do
 * harm; on a computer that is a hundred times as slow there is still room.
 */
export const RENDER_MS = 1000;
/** The first look at a template is some hundred small conversations: half a second. The same for reading the file. */
export const LOOK_MS = 15_000;
/** Such a process has 130 MB at most, with a vocabulary of 256,000 tokens and as many merges 400. */
export const MEMORY_BYTES = 1024 ** 3;
/** Of a rendered conversation, in characters: four times what instructions, tools and history may come to. */
export const MOST_RENDERED = 2_000_000;

const none = z.never();

/** What is asked of the process that works with a model file's own chat template. Histories and states travel as JSON text. */
export const templateProtocol = {
	/** Finds out how the file wants conversations written, and tries it on the largest one. */
	open: {
		params: z.object({ file: z.string() }),
		input: none,
		event: none,
		result: z.discriminatedUnion('kind', [
			/** One of node-llama-cpp's own formats writes the same as the template: the process is not needed any more. */
			z.object({ kind: z.literal('builtIn'), name: z.string(), options: z.record(z.unknown()) }),
			z.object({ kind: z.literal('own'), settings: z.string() }),
			/** There is no template in the file. */
			z.object({ kind: z.literal('none') }),
		]),
	},
	render: {
		params: z.object({ history: z.string(), functions: z.string() }),
		input: none,
		event: none,
		result: z.object({ state: z.string().max(4 * MOST_RENDERED) }),
	},
} as const satisfies Protocol;

export type TemplateProtocol = typeof templateProtocol;
