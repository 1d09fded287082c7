import { z } from 'zod';
import { engineName, standIns } from './engines';
import { boundedArguments, boundedResult, toolParameters } from './json-bounds';

/** What the model may call. `parameters` is a JSON schema of type object. */
export const toolSpec = z.object({
	/** As the model writes it: letters, digits, underscore, dash. */
	name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
	description: z.string().max(2000).default(''),
	parameters: toolParameters.default({ type: 'object', properties: {} }),
});
export type ToolSpec = z.infer<typeof toolSpec>;

/** What is known of a tool before it is offered. */
export const offeredTool = toolSpec.pick({ name: true, parameters: true });
export type OfferedTool = z.infer<typeof offeredTool>;

export const toolCall = z.object({
	id: z.string().min(1).max(64),
	/** A model may write anything; what is no tool's name is no tool. */
	name: z.string().max(256),
	arguments: boundedArguments,
	/** Why it cannot be run as the model wrote it, in words for the model. Its arguments are then empty. */
	problem: z.string().max(2000).optional(),
});
export type ToolCall = z.infer<typeof toolCall>;

/** How one tool call ended. A failed tool's `result` tells the model so, in words it can repeat. */
export const toolResult = z.object({
	id: z.string().min(1).max(64),
	ok: z.boolean(),
	result: boundedResult,
	/** How long the tool ran. */
	durationMs: z.number().nonnegative(),
	/** Set where the tool ran as a sibling workflow. */
	executionId: z.string().optional(),
	/** The tool has not finished within its time limit, and goes on: what it gives follows later, under the same id. */
	pending: z.literal(true).optional(),
});
export type ToolResult = z.infer<typeof toolResult>;

/** A call with its result, inside the assistant message it happened in. */
export const answeredToolCall = toolCall.extend({ result: boundedResult });
export type AnsweredToolCall = z.infer<typeof answeredToolCall>;

/**
 * One step of the conversation as the model sees it. An assistant message's calls come after its
 * `content`; what the model says about their results is the next assistant message.
 */
export const chatMessage = z.discriminatedUnion('role', [
	z.object({ role: z.literal('system'), content: z.string() }),
	z.object({ role: z.literal('user'), content: z.string() }),
	z.object({
		role: z.literal('assistant'),
		content: z.string(),
		toolCalls: z.array(answeredToolCall).default([]),
	}),
]);
export type ChatMessage = z.infer<typeof chatMessage>;

/** What stands before all that is said in a call. */
export const promptStart = z.object({
	instructions: z.string().max(100_000),
	tools: z.array(toolSpec).max(64),
});
export type PromptStart = z.infer<typeof promptStart>;

export const sampling = z.object({
	/** 0 is greedy: the demo model's gate was measured so. */
	temperature: z.number().min(0).max(2).default(0),
	topP: z.number().min(0).max(1).default(0.9),
	topK: z.number().int().min(0).max(1000).default(40),
	maxTokens: z.number().int().min(1).max(4096).default(256),
});
export type Sampling = z.infer<typeof sampling>;

export const chatSettings = z.object({
	/** See contract/engines. */
	model: engineName.default('auto'),
	/** Tried in this order when the model fails. */
	fallbacks: standIns,
	sampling: sampling.default({}),
});
export type ChatSettings = z.infer<typeof chatSettings>;

/** What the recogniser reports in place of text it could not understand. */
export const UNCLEAR = '[unclear]';
