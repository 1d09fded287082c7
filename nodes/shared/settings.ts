import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';
import { type SpeakSettings, type TranscribeSettings, speakSettings, transcribeSettings } from '../../runtime/contract/agent';
import { type ChatSettings, chatSettings, sampling } from '../../runtime/contract/chat';

/**
 * The parameters of our nodes, as they stand in the workflow, to the runtime's settings. Read by the node
 * itself with its expressions resolved, and by the nodes before it for look-ahead.
 */

/** A resource locator, or the plain value that an expression in its place may give. */
const chosenModel = z.union([z.string(), z.object({ value: z.coerce.string() }).transform(({ value }) => value)]);

const transcribeParameters = z.object({
	model: chosenModel.optional(),
	language: z.string().optional(),
	hints: z.string().optional(),
});

const speakParameters = z.object({
	engine: z.string().optional(),
	voice: z.string().optional(),
	speed: z.number().optional(),
	interruptible: z.boolean().optional(),
});

/** Of the options, the runtime's settings take what concerns the model. */
const chatParameters = z.object({ model: chosenModel.optional(), options: sampling.partial().default({}) });

export const TRANSCRIBE_PARAMETERS = ['model', 'language', 'hints'] as const;
export const CHAT_PARAMETERS = ['model', 'options'] as const;
export const SPEAK_PARAMETERS = ['engine', 'voice', 'speed', 'interruptible'] as const;

/** A node's own parameters for one item. One that is hidden in the editor isn't there: the setting's default holds. */
export function parametersOf(context: IExecuteFunctions, itemIndex: number, names: readonly string[]): Record<string, unknown> {
	const read = names.map((name) => [name, context.getNodeParameter(name, itemIndex, null) ?? undefined] as const);
	return Object.fromEntries(read);
}

/** @throws ZodError */
export function transcribeSettingsFrom(parameters: unknown): TranscribeSettings {
	const { hints = '', ...rest } = transcribeParameters.parse(parameters);
	const words = hints.split(/[\n,]/).map((hint) => hint.trim());
	return transcribeSettings.parse({ ...rest, hints: [...new Set(words.filter((hint) => hint !== ''))] });
}

/** @throws ZodError */
export const speakSettingsFrom = (parameters: unknown): SpeakSettings => speakSettings.parse(speakParameters.parse(parameters));

/** @throws ZodError */
export function chatSettingsFrom(parameters: unknown): ChatSettings {
	const { model, options } = chatParameters.parse(parameters);
	return chatSettings.parse({ model, sampling: options });
}

/** Has any text in it to be computed for each item? Then it can't be known before the item is there. */
export function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).some(hasExpression);
}
