import { z } from 'zod';
import { pcm } from '../../../audio/pcm';
import type { Protocol } from '../../../rpc/protocol';

const none = z.never();

/** What a process that speaks with sherpa-onnx can be asked. It works on one call at a time, in order. */
export const sherpaVoiceProtocol = {
	/** `config`: sherpa's OfflineTtsConfig. `references`: WAV files of voices, for a model that imitates. */
	load: {
		params: z.object({ config: z.object({}).passthrough(), references: z.array(z.string()) }),
		input: none,
		event: none,
		/** `sampleRate`: Hz, the model's own. */
		result: z.object({ sampleRate: z.number().int().positive(), speakers: z.number().int().nonnegative() }),
	},
	/** `speaker`: its number, from 0. `language`: espeak-ng's name, '' for the model's own. The sound comes in events, at the model's own rate. */
	speak: {
		params: z.object({ text: z.string(), speaker: z.number().int().nonnegative(), speed: z.number().positive(), language: z.string() }),
		input: none,
		event: z.object({ pcm }),
		result: z.object({}),
	},
} as const satisfies Protocol;

export type SherpaVoiceProtocol = typeof sherpaVoiceProtocol;
