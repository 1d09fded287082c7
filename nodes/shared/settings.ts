import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';
import {
	type SpeakSettings,
	type TranscribeSettings,
	orpheusSettings,
	speakSettings,
	transcribeSettings,
	voiceSettings,
} from '../../runtime/contract/agent-settings';
import { type ChatSettings, chatSettings, sampling } from '../../runtime/contract/chat';

/**
 * The parameters of our nodes, as they stand in the workflow, to the runtime's settings. Read by the node
 * itself with its expressions resolved, and by the nodes before it for look-ahead.
 */

/** A resource locator, or the plain value that an expression in its place may give. */
const chosenModel = z.union([z.string(), z.object({ value: z.coerce.string() }).transform(({ value }) => value)]);

const fallbackModels = z.object({ model: z.array(z.object({ model: chosenModel })).default([]) });
const fallbackVoices = z.object({ voice: z.array(voiceSettings).default([]) });

const transcribeParameters = z.object({
	model: chosenModel.optional(),
	fallbacks: fallbackModels.default({}),
	language: z.string().optional(),
	hints: z.string().optional(),
});

const speakParameters = z.object({
	engine: z.string().optional(),
	voice: z.string().optional(),
	fallbacks: fallbackVoices.default({}),
	orpheus: orpheusSettings.partial().optional(),
	language: z.string().optional(),
	speed: z.number().optional(),
	interruptible: z.boolean().optional(),
	callerNeedsTime: z.boolean().optional(),
	longestSpeech: z.number().optional(),
});

/** Of the options, the runtime's settings take what concerns the model. */
const chatParameters = z.object({
	model: chosenModel.optional(),
	fallbacks: fallbackModels.default({}),
	options: sampling.partial().default({}),
});

export const TRANSCRIBE_PARAMETERS = ['model', 'fallbacks', 'language', 'hints'] as const;
export const CHAT_PARAMETERS = ['model', 'fallbacks', 'options'] as const;
export const SPEAK_PARAMETERS = ['engine', 'voice', 'fallbacks', 'orpheus', 'language', 'speed', 'interruptible', 'callerNeedsTime', 'longestSpeech'] as const;

/** A node's own parameters for one item. One that is hidden in the editor isn't there: the setting's default holds. */
export function parametersOf(context: IExecuteFunctions, itemIndex: number, names: readonly string[]): Record<string, unknown> {
	const read = names.map((name) => [name, context.getNodeParameter(name, itemIndex, null) ?? undefined] as const);
	return Object.fromEntries(read);
}

/** @throws ZodError */
export function transcribeSettingsFrom(parameters: unknown): TranscribeSettings {
	const { hints = '', fallbacks, ...rest } = transcribeParameters.parse(parameters);
	const words = hints.split(/[\n,]/).map((hint) => hint.trim());
	return transcribeSettings.parse({ ...rest, fallbacks: modelsOf(fallbacks), hints: [...new Set(words.filter((hint) => hint !== ''))] });
}

/** @throws ZodError */
export function speakSettingsFrom(parameters: unknown): SpeakSettings {
	const { fallbacks, ...rest } = speakParameters.parse(parameters);
	return speakSettings.parse({ ...rest, fallbacks: fallbacks.voice });
}

/** @throws ZodError */
export function chatSettingsFrom(parameters: unknown): ChatSettings {
	const { model, fallbacks, options } = chatParameters.parse(parameters);
	return chatSettings.parse({ model, fallbacks: modelsOf(fallbacks), sampling: options });
}

function modelsOf(rows: z.infer<typeof fallbackModels>): string[] {
	return rows.model.map(({ model }) => model);
}

/** Has any text in it to be computed for each item? Then it can't be known before the item is there. */
export function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=') && value.includes('{{');
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).some(hasExpression);
}

/** A name that no list has is typed as an expression that computes nothing: n8n gives it out without its `=`. */
export function withFixedTexts(value: unknown): unknown {
	if (typeof value === 'string') return value.startsWith('=') && !hasExpression(value) ? value.slice(1) : value;
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(withFixedTexts);
	return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withFixedTexts(each)]));
}
