import { z } from 'zod';
import { toolSpec } from '../../runtime/contract/chat';
import type { NodeTool } from '../../runtime/contract/control';
import { VoiceError } from '../../runtime/contract/errors';

const inputRow = z.object({
	name: z.string().trim().min(1),
	type: z.enum(['string', 'number', 'boolean']).default('string'),
	description: z.string().default(''),
	choices: z.string().default(''),
	required: z.boolean().default(true),
});
export type InputRow = z.infer<typeof inputRow>;

const workflowRow = z.object({
	workflowId: z.union([z.string(), z.object({ value: z.coerce.string() }).transform(({ value }) => value)]),
	name: z.string().trim(),
	description: z.string().default(''),
	inputs: z.object({ input: z.array(inputRow).default([]) }).default({}),
	sayWhileRunning: z.string().default(''),
	timeLimit: z.number().min(1).max(600).default(30),
});
export type WorkflowRow = z.infer<typeof workflowRow>;

/** The parameter `tools`. */
export const workflowRows = z.object({ workflow: z.array(workflowRow).default([]) });

/** What the model is told of it: what has one choice only is not asked of the model. @throws VOICE_ERR_BAD_REQUEST when the row is incomplete. */
export function specOfRow(row: WorkflowRow): NodeTool {
	if (row.workflowId === '') throw incomplete(`No workflow is selected for the tool "${row.name}".`);
	if (!toolSpec.shape.name.safeParse(row.name).success) {
		throw incomplete(`"${row.name}" is not a valid tool name. Use up to 64 letters, digits, underscores and dashes.`);
	}
	const inputs = askedInputs(row);
	return {
		name: row.name,
		description: row.description,
		parameters: {
			type: 'object',
			properties: Object.fromEntries(inputs.map((input) => [input.name, inputSchema(input)])),
			required: inputs.filter(({ required }) => required).map(({ name }) => name),
			additionalProperties: false,
		},
		sayWhileRunning: row.sayWhileRunning,
	};
}

/** What the model fills in. */
export function askedInputs({ inputs }: WorkflowRow): InputRow[] {
	return inputs.input.filter((input) => fixedValue(input) === undefined);
}

/** Inputs with one choice only. */
export function fixedInputs({ inputs }: WorkflowRow): Record<string, string> {
	return Object.fromEntries(
		inputs.input.flatMap((input) => {
			const value = fixedValue(input);
			return value === undefined ? [] : [[input.name, value] as const];
		}),
	);
}

export function choicesOf({ choices }: InputRow): string[] {
	return choices.split(',').map((choice) => choice.trim()).filter((choice) => choice !== '');
}

/** A value that has to be given and that can only be one. */
function fixedValue(input: InputRow): string | undefined {
	const [only, ...others] = choicesOf(input);
	return input.required && input.type === 'string' && others.length === 0 ? only : undefined;
}

function inputSchema(input: InputRow): Record<string, unknown> {
	const choices = choicesOf(input);
	return {
		type: input.type,
		...(input.description === '' ? {} : { description: input.description }),
		...(input.type === 'string' && choices.length > 0 ? { enum: choices } : {}),
	};
}

function incomplete(message: string): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', message, { remedy: 'Correct "Workflow Tools" in this node.' });
}
