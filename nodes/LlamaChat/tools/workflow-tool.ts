import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { z } from 'zod';
import { toolSpec } from '../../../runtime/contract/chat';
import { VoiceError } from '../../../runtime/contract/errors';
import type { CallerIdentity } from '../../../runtime/contract/join-token';
import type { Tool, ToolOutcome } from './tool';
import { neverWaiting } from './workflow-tool-context';

const inputRow = z.object({
	name: z.string().trim().min(1),
	type: z.enum(['string', 'number', 'boolean']).default('string'),
	description: z.string().default(''),
	choices: z.string().default(''),
	required: z.boolean().default(true),
});
type InputRow = z.infer<typeof inputRow>;

/** One row of the parameter `tools.workflow`. */
export const workflowRow = z.object({
	workflowId: z.union([z.string(), z.object({ value: z.coerce.string() }).transform(({ value }) => value)]),
	name: z.string().trim(),
	description: z.string().default(''),
	inputs: z.object({ input: z.array(inputRow).default([]) }).default({}),
	sayWhileRunning: z.string().default(''),
	timeLimit: z.number().min(1).max(600).default(30),
});
export type WorkflowRow = z.infer<typeof workflowRow>;

/** A sibling workflow that the model may run. */
export class WorkflowTool implements Tool {
	readonly spec: Tool['spec'];
	readonly limitMs: number;
	private readonly workflowId: string;
	private readonly shape: z.ZodTypeAny;
	/** Inputs with one choice only: the model isn't asked for them. */
	private readonly fixed: Readonly<Record<string, string>>;

	/** @throws VOICE_ERR_BAD_REQUEST when the row is incomplete. */
	constructor(
		private readonly context: IExecuteFunctions,
		row: WorkflowRow,
		private readonly caller?: CallerIdentity,
	) {
		if (row.workflowId === '') throw incomplete(`No workflow is selected for the tool "${row.name}".`);
		if (!toolSpec.shape.name.safeParse(row.name).success) {
			throw incomplete(`"${row.name}" is not a valid tool name. Use up to 64 letters, digits, underscores and dashes.`);
		}
		const inputs = row.inputs.input.filter((input) => fixedValue(input) === undefined);
		this.fixed = Object.fromEntries(
			row.inputs.input.flatMap((input) => {
				const value = fixedValue(input);
				return value === undefined ? [] : [[input.name, value] as const];
			}),
		);
		this.workflowId = row.workflowId;
		this.limitMs = row.timeLimit * 1000;
		this.shape = z.object(Object.fromEntries(inputs.map((input) => [input.name, shapeOf(input)])));
		this.spec = {
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

	async run(args: Record<string, unknown>): Promise<ToolOutcome> {
		const checked = this.shape.safeParse(args);
		if (!checked.success) {
			const issue = checked.error.issues[0];
			throw new VoiceError('VOICE_ERR_TOOL_ARGUMENTS', `The tool "${this.spec.name}" was called with the wrong inputs: ${issue?.path.join('.')} is not valid: ${issue?.message}.`);
		}
		const { id: workflowId } = this.context.getWorkflow();
		const executionId = this.context.getExecutionId();
		const { data, executionId: toolExecution } = await neverWaiting(this.context).executeWorkflow(
			{ id: this.workflowId },
			// Last: no model says who calls.
			[{ json: { ...(checked.data as IDataObject), ...this.fixed, ...(this.caller ? { caller: this.caller } : {}) } }],
			undefined,
			{ parentExecution: { executionId, workflowId: workflowId ?? '' } },
		);
		return { result: resultOf(data), executionId: toolExecution };
	}
}

/** The items of all outputs: the last node may have several. One item is its object, several are a list, none is null. */
function resultOf(data: Array<INodeExecutionData[] | null>): unknown {
	const items = data.flatMap((output) => output ?? []).map(({ json }) => json);
	return items.length > 1 ? items : (items[0] ?? null);
}

function choicesOf({ choices }: InputRow): string[] {
	return choices.split(',').map((choice) => choice.trim()).filter((choice) => choice !== '');
}

/** A value that has to be given and that can only be one. */
function fixedValue(input: InputRow): string | undefined {
	const [only, ...others] = choicesOf(input);
	return input.required && input.type === 'string' && others.length === 0 ? only : undefined;
}

function shapeOf(input: InputRow): z.ZodTypeAny {
	const choices = choicesOf(input);
	const text = choices.length > 0 ? z.enum(choices as [string, ...string[]]) : z.string();
	const shape = { string: text, number: z.number(), boolean: z.boolean() }[input.type];
	return input.required ? shape : shape.optional();
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
