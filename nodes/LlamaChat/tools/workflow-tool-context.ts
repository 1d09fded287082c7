import {
	type ExecuteWorkflowOptions,
	type IExecuteFunctions,
	type IRunExecutionData,
	type IWorkflowExecuteAdditionalData,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { z } from 'zod';
import { VoiceError } from '../../../runtime/contract/errors';
import { resultAfterWait } from './workflow-tool-result';

/** What n8n's contexts hold and do not tell in their types. The same from n8n 1.123 to 2.41. */
interface ContextInternals {
	readonly additionalData: IWorkflowExecuteAdditionalData;
	readonly runExecutionData: IRunExecutionData;
}

/**
 * The same context, but nothing that runs through it can put this execution to wait: a caller is on the line.
 *
 * When a workflow that a node has started waits (for a time, a form, an approval), n8n takes what the workflow has so far
 * for its result, and puts the execution of the node to wait too, before `executeWorkflow` returns. Through this context
 * `executeWorkflow` returns when the workflow has really finished. That holds for all tools that get their own context
 * from it, too. A tool that wants this very execution to wait fails with VOICE_ERR_TOOL_WAITS.
 */
export function neverWaiting(context: IExecuteFunctions): IExecuteFunctions {
	if (!hasInternals(context)) return context;
	const additionalData = withoutWaits(context);
	return new Proxy(context, {
		get: (target, key, receiver): unknown => (key === 'additionalData' ? additionalData : Reflect.get(target, key, receiver)),
	});
}

/** n8n's tools behind a step of human review: these never run by themselves, and give nothing. */
const reviewedTool = z.object({ name: z.string(), metadata: z.object({ gatedToolNodeName: z.string(), sourceNodeName: z.string().optional() }) });

/**
 * Throws VOICE_ERR_TOOL_WAITS for a connected tool that could only work in an execution that waits. One that decides so
 * by an expression is found out when it runs.
 */
export function refuseWaitingTools(context: IExecuteFunctions, tools: readonly unknown[]): void {
	for (const tool of tools) {
		const reviewed = reviewedTool.safeParse(tool);
		if (!reviewed.success) continue;
		const { name, metadata } = reviewed.data;
		throw cannotWait(`The tool "${name}" is connected through "${metadata.sourceNodeName ?? 'human review'}", which waits for a person.`);
	}
	const connected = { connectionType: NodeConnectionTypes.AiTool, depth: 1, includeNodeParameters: true };
	const asking = context
		.getParentNodes(context.getNode().name, connected)
		.find(({ disabled, parameters }) => !disabled && parameters?.operation === 'sendAndWait');
	if (asking) throw cannotWait(`The tool "${asking.name}" sends a message and waits for the answer.`);
}

function cannotWait(what: string): VoiceError {
	return new VoiceError('VOICE_ERR_TOOL_WAITS', `${what} A caller is on the line, so this execution cannot wait.`);
}

function withoutWaits({ additionalData, runExecutionData }: ContextInternals): IWorkflowExecuteAdditionalData {
	const executeWorkflow: IWorkflowExecuteAdditionalData['executeWorkflow'] = async (info, _data, options) => {
		// The workflow's own nodes get n8n's own way: they may wait.
		const run = await additionalData.executeWorkflow(info, additionalData, neverResuming(options));
		if (!run.waitTill) return run;
		const data = await resultAfterWait(run.executionId, async () => await additionalData.getRunExecutionData(run.executionId));
		return { ...run, data, waitTill: undefined };
	};
	const setExecutionStatus: IWorkflowExecuteAdditionalData['setExecutionStatus'] = (status) => {
		if (status !== 'waiting') return additionalData.setExecutionStatus?.(status);
		// n8n sets both, this one last.
		runExecutionData.waitTill = undefined;
		throw cannotWait('The tool wants to wait for an answer or a time.');
	};
	const replaced: Partial<IWorkflowExecuteAdditionalData> = { executeWorkflow, setExecutionStatus };
	return new Proxy(additionalData, {
		get: (target, key): unknown => (Object.hasOwn(replaced, key) ? Reflect.get(replaced, key) : Reflect.get(target, key)),
	});
}

/** This execution may wait later, for a reason of its own: then n8n must not go on with it when a tool finishes. */
function neverResuming(options: ExecuteWorkflowOptions): ExecuteWorkflowOptions {
	const { parentExecution } = options;
	return parentExecution ? { ...options, parentExecution: { ...parentExecution, shouldResume: false } } : options;
}

function hasInternals(context: unknown): context is ContextInternals {
	const { additionalData, runExecutionData } = context as Partial<ContextInternals>;
	return typeof additionalData?.executeWorkflow === 'function' && typeof runExecutionData === 'object';
}
