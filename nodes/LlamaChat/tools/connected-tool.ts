import { type IExecuteFunctions, NodeConnectionTypes } from 'n8n-workflow';
import { z } from 'zod';
import { VoiceError } from '../../../runtime/contract/errors';
import { parseJsonKeepingDigits } from '../../../runtime/lib/json';
import { jsonSchemaOf } from './connected-tool-schema';
import type { Tool, ToolOutcome } from './tool';
import { neverWaiting, refuseWaitingTools } from './workflow-tool-context';

/** What n8n hands over for a connected tool: LangChain's structured tool, or a toolkit of several (MCP servers). */
const langchainTool = z.object({
	name: z.string().min(1),
	description: z.string().default(''),
	schema: z.unknown(),
	invoke: z.custom<(args: unknown) => Promise<unknown>>((value) => typeof value === 'function'),
});
/** zod 3 or 4, of whichever copy. */
const zodSchema = z.object({
	safeParse: z.custom<(value: unknown) => { success: boolean; error?: { issues: Array<{ path: PropertyKey[]; message: string }> } }>(
		(value) => typeof value === 'function',
	),
});
const toolkit = z.object({ tools: z.array(z.unknown()) });

/** The tools that are connected to the node's input "Tools". */
export async function connectedTools(context: IExecuteFunctions, itemIndex: number, limitMs: number): Promise<Tool[]> {
	const connected: unknown = await neverWaiting(context).getInputConnectionData(NodeConnectionTypes.AiTool, itemIndex);
	const tools = unpack(connected);
	refuseWaitingTools(context, tools);
	return tools.map((tool) => {
		const { name, description, schema } = langchainTool.parse(tool);
		return {
			limitMs,
			spec: {
				name: name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64),
				description: description.slice(0, 2000),
				parameters: jsonSchemaOf(schema),
				sayWhileRunning: '',
			},
			run: async (args) => {
				check(name, schema, args);
				// On the tool itself, which `parse` has copied: `invoke` needs its `this`.
				return outcomeOf(await (tool as z.infer<typeof langchainTool>).invoke(args));
			},
		};
	});
}

/** LangChain would throw a page of text for this. A tool whose schema is JSON schema checks by itself. */
function check(tool: string, schema: unknown, args: unknown): void {
	const checker = zodSchema.safeParse(schema);
	if (!checker.success) return;
	const { success, error } = (schema as z.infer<typeof zodSchema>).safeParse(args);
	const issue = success ? undefined : error?.issues[0];
	if (issue) throw new VoiceError('VOICE_ERR_TOOL_ARGUMENTS', `The tool "${tool}" was called with the wrong inputs: ${issue.path.join('.')} is not valid: ${issue.message}.`);
}

function unpack(connected: unknown): unknown[] {
	if (Array.isArray(connected)) return connected.flatMap(unpack);
	const box = toolkit.safeParse(connected);
	if (box.success && !langchainTool.safeParse(connected).success) return box.data.tools;
	return connected === undefined || connected === null ? [] : [connected];
}

/** n8n's tools answer in text, most often JSON of their items. Any other text stays one: figures alone may be an account number. */
function outcomeOf(answer: unknown): ToolOutcome {
	const parsed = typeof answer === 'string' && /^\s*[[{]/.test(answer) ? parseJsonKeepingDigits(answer) : undefined;
	const result = parsed ?? answer;
	return { result: Array.isArray(result) && result.length === 1 ? (result[0] as unknown) : result };
}
