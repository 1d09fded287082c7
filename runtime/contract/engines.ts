import { z } from 'zod';

/**
 * How settings name what does the work of a stage:
 *
 *   auto            the best that this machine has, see `voice-loop models`; recogniser and language model are
 *                   chosen together (inference/models/pair)
 *   pack:NAME       ships with the package
 *   server:NAME     a server that the runtime's configuration knows by that name
 *   an id           a model of the catalogue
 *   /a/path         a file or folder on the runtime's machine; always wins
 *
 * Voices also have engines by name: `flite`, `orpheus`.
 */
export const engineName = z.string().trim().min(1).max(4096);

/** `gpu` of `server:gpu`; undefined for engines that are no server. */
export function serverNamed(engine: string): string | undefined {
	return /^server:(.*)$/s.exec(engine)?.[1];
}

/** The models that ship with the package. */
export const PACK_RECOGNISER = 'pack:listen';
export const PACK_CHAT = 'pack:answer';

/** An engine's name in a sentence, for people: they have never seen `pack:answer`. */
export function engineInWords(engine: string): string {
	const server = serverNamed(engine);
	if (server !== undefined) return `the server "${server}"`;
	if (engine === PACK_RECOGNISER || engine === PACK_CHAT) return 'the offline pack';
	return engine === 'orpheus' ? 'Orpheus' : engine === 'auto' ? 'Auto' : `"${engine}"`;
}

/** Who stands in, in this order, when the first fails. */
export const standIns = z.array(engineName).max(4).default([]);

/** One engine was replaced by the next of its chain, in the middle of the work. */
export const replacement = z.object({
	from: engineName,
	to: engineName,
	/** The error's code, or `VOICE_ERR_TOO_SLOW` for one that did not keep up. */
	code: z.string(),
	/** For whoever reads the execution: what went wrong. */
	why: z.string(),
});
export type Replacement = z.infer<typeof replacement>;

/** Who did the work in the end, and who was tried before. */
export const doneBy = z.object({
	engine: z.string().default(''),
	replaced: z.array(replacement).default([]),
	/** For whoever reads the execution: what of its settings the engine cannot take. */
	remark: z.string().optional(),
});
export type DoneBy = z.infer<typeof doneBy>;

/** Without what else is beside it. */
export function doneByOf({ engine, replaced, remark }: DoneBy): DoneBy {
	return { engine, replaced, ...(remark !== undefined && { remark }) };
}

/** What llama.cpp can compute on besides the processor. */
export const gpuKinds = ['cuda', 'vulkan', 'metal'] as const;
export type GpuKind = (typeof gpuKinds)[number];

/** VOICE_LOOP_GPU. `auto`: the first kind that is here and works; a kind: that one, untried. */
export const gpuSettings = ['auto', 'off', ...gpuKinds] as const;

/** VOICE_LOOP_SNAC_GPU. `auto`: where it works, unless VOICE_LOOP_GPU is off; `webgpu`: untried. */
export const snacGpuSettings = ['auto', 'off', 'webgpu'] as const;
