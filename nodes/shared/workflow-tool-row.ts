import { z } from 'zod';
import type { ToolSpec } from '../../runtime/contract/chat';

const inputRow = z.object({
	name: z.string().trim().min(1),
	type: z.enum(['string', 'number', 'boolean']).default('string'),
	description: z.string().default(''),
	choices: z.string().default(''),
	required: z.boolean().default(true),
});
export type InputRow = z.infer<typeof inputRow>;

/** One row of Llama Chat's parameter `tools.workflow`. */
export const workflowRow = z.object({
	workflowId: z.union([z.string(), z.object({ value: z.coerce.string() }).transform(({ value }) => value)]),
	name: z.string().trim(),
	description: z.string().default(''),
	inputs: z.object({ input: z.array(inputRow).default([]) }).default({}),
	sayWhileRunning: z.string().default(''),
	timeLimit: z.number().min(1).max(600).default(30),
});
export type WorkflowRow = z.infer<typeof workflowRow>;

/** What the model is asked for: an input with one choice only is none of it. */
export function askedInputs({ inputs }: WorkflowRow): InputRow[] {
	return inputs.input.filter((input) => fixedValue(input) === undefined);
}

/** The parameter `tools`. */
export const workflowRows = z.object({ workflow: z.array(workflowRow).default([]) });

/** As the model is told of the tool. */
export function specOf(row: WorkflowRow): ToolSpec {
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
	};
}

export function choicesOf({ choices }: InputRow): string[] {
	return choices.split(',').map((choice) => choice.trim()).filter((choice) => choice !== '');
}

/** A value that has to be given and that can only be one. */
export function fixedValue(input: InputRow): string | undefined {
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
