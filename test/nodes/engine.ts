import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// n8n-core reads these when it is loaded.
const home = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-nodes-'));
process.env.N8N_USER_FOLDER = home;
process.env.N8N_ENCRYPTION_KEY = 'only for these tests';
process.env.VOICE_LOOP_STATE = path.join(home, 'voice-loop');
export const STATE_FOLDER = process.env.VOICE_LOOP_STATE;

/* eslint-disable @typescript-eslint/no-require-imports -- after the lines above */
const core = require('n8n-core') as typeof import('n8n-core');
const { NodeConnectionTypes, NodeHelpers, Workflow, createRunExecutionData } = require('n8n-workflow') as typeof import('n8n-workflow');
/* eslint-enable @typescript-eslint/no-require-imports */
import type {
	ExecuteWorkflowData,
	ExecutionError,
	IConnections,
	IDataObject,
	IExecuteFunctions,
	IExecuteWorkflowInfo,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodePropertyOptions,
	INodeType,
	IRun,
	IRunExecutionData,
	ISupplyDataFunctions,
	IWorkflowExecuteAdditionalData,
	IWorkflowBase,
	WorkflowExecuteMode,
} from 'n8n-workflow';

export { core };

const PACKAGE = 'n8n-nodes-voice-loop';
const loader = new core.PackageDirectoryLoader(path.resolve(__dirname, '..', '..'));

/** Nodes of the test's own: a start, something in between, and a tool as n8n's own nodes become tools. */
const helpers: Record<string, INodeType> = {
	'test.start': helper('start', { inputs: [] }),
	'test.between': helper('between', {}),
	'test.replace': {
		...helper('replace', {}),
		async execute() {
			return [[{ json: { text: 'other words' } }]];
		},
	},
	'test.approvalTool': {
		...helper('approvalTool', {
			inputs: [],
			outputs: [NodeConnectionTypes.AiTool],
			properties: [{ displayName: 'Operation', name: 'operation', type: 'string', default: '' }],
		}),
		async execute(this: IExecuteFunctions) {
			await this.putExecutionToWait(new Date(Date.now() + 3_600_000));
			return [this.getInputData()];
		},
	},
	'test.weatherTool': {
		...helper('weatherTool', { inputs: [], outputs: [NodeConnectionTypes.AiTool] }),
		async execute(this: IExecuteFunctions) {
			const city = this.getNodeParameter('city', 0);
			if (city === 'Atlantis') throw new Error('There is no such city.');
			return [[{ json: { city, degrees: 21 } }]];
		},
	},
	// As LangChain's tools answer: in text.
	'test.textTool': {
		description: { ...helper('textTool', { inputs: [], outputs: [NodeConnectionTypes.AiTool] }).description },
		async supplyData(this: ISupplyDataFunctions, itemIndex: number) {
			const answer = this.getNodeParameter('city', itemIndex);
			const schema = { type: 'object', properties: { count: { type: 'integer' }, note: { type: 'string' } }, required: ['count'] };
			const invoke = async (args: unknown): Promise<unknown> => (answer === '' ? JSON.stringify(args) : answer);
			return { response: { name: this.getNode().name, description: 'Answers in text', schema, invoke } };
		},
	},
};

function helper(name: string, changes: Partial<INodeType['description']>): INodeType {
	return {
		description: {
			displayName: name,
			name,
			group: ['transform'],
			version: 1,
			description: 'Tells the weather',
			defaults: { name },
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			properties: [{ displayName: 'City', name: 'city', type: 'string', default: '' }],
			...changes,
		},
		async execute(this: IExecuteFunctions) {
			return [this.getInputData()];
		},
	};
}

function nodeType(type: string): INodeType {
	const found = helpers[type] ?? loader.nodeTypes[type.replace(`${PACKAGE}.`, '')]?.type;
	if (!found || !('execute' in found || 'trigger' in found || 'supplyData' in found)) throw new Error(`There is no node type ${type}.`);
	return found;
}

export async function loadPackage(): Promise<typeof loader> {
	await loader.loadAll();
	return loader;
}

export interface NodeSpec {
	readonly name: string;
	readonly type: string;
	readonly parameters?: INodeParameters;
	readonly more?: Partial<INode>;
}

export function ours(name: string): string {
	return `${PACKAGE}.${name}`;
}

/** `links`: main connections as [from, to], tools as [tool, node, 'ai_tool'], other outputs as [from, to, 'main', output]. */
export type Link = [from: string, to: string, type?: 'main' | 'ai_tool', output?: number];

export function workflowOf(specs: NodeSpec[], links: Link[]): InstanceType<typeof Workflow> {
	const connections: IConnections = {};
	for (const [from, to, type = 'main', output = 0] of links) {
		const outputs = ((connections[from] ??= {})[type] ??= []);
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node: to, type, index: 0 });
	}
	return new Workflow({
		id: 'workflow-1',
		name: 'In the test',
		nodes: specs.map(({ name, type, parameters = {}, more }, index) => ({
			id: String(index),
			name,
			type,
			typeVersion: 1,
			position: [0, 0],
			parameters,
			...more,
		})),
		connections,
		active: true,
		nodeTypes: {
			getByName: nodeType,
			getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(nodeType(type), version),
			getKnownTypes: () => ({}),
		},
		settings: {},
	});
}

export type RunSubWorkflow = (id: string, items: INodeExecutionData[], parent: unknown) => Promise<ExecuteWorkflowData>;

export interface RunOptions {
	readonly mode?: WorkflowExecuteMode;
	readonly credential?: IDataObject;
	readonly subWorkflow?: RunSubWorkflow;
	/** An execution as n8n has stored it. */
	readonly stored?: (executionId: string) => IRunExecutionData | undefined;
}

const BASE = 'http://127.0.0.1:5678';

export function additionalData(options: RunOptions = {}): IWorkflowExecuteAdditionalData {
	const workflowData = { id: 'workflow-1', name: 'In the test', nodes: [], connections: {} } as unknown as IWorkflowBase;
	const data: Partial<IWorkflowExecuteAdditionalData> & Record<string, unknown> = {
		executionId: 'execution-1',
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getDecrypted: async () => options.credential ?? {},
			authenticate: async (_credentials: unknown, _type: unknown, request: unknown) => request,
		} as unknown as IWorkflowExecuteAdditionalData['credentialsHelper'],
		hooks: new core.ExecutionLifecycleHooks(options.mode ?? 'trigger', 'execution-1', workflowData),
		currentNodeExecutionIndex: 0,
		variables: {},
		setExecutionStatus: () => undefined,
		sendDataToUI: () => undefined,
		logAiEvent: () => undefined,
		executeWorkflow: async (info: IExecuteWorkflowInfo, _data: unknown, { inputData, parentExecution }: { inputData?: INodeExecutionData[]; parentExecution?: unknown }) => {
			if (!options.subWorkflow) throw new Error('The test has no sub-workflow.');
			return await options.subWorkflow(String(info.id), inputData ?? [], parentExecution);
		},
		getRunExecutionData: async (executionId: string) => await Promise.resolve(options.stored?.(executionId)),
		restApiUrl: `${BASE}/rest`,
		instanceBaseUrl: BASE,
		formBaseUrl: `${BASE}/form`,
		formWaitingBaseUrl: `${BASE}/form-waiting`,
		formTestBaseUrl: `${BASE}/form-test`,
		webhookBaseUrl: `${BASE}/webhook`,
		webhookWaitingBaseUrl: `${BASE}/webhook-waiting`,
		webhookTestBaseUrl: `${BASE}/webhook-test`,
	};
	return data as unknown as IWorkflowExecuteAdditionalData;
}

/** The choices of a drop-down, as the editor asks for them while `parameters` stand in the node. `path`: as in its JSON. */
export async function choicesOf(type: string, method: string, path: string, parameters: INodeParameters): Promise<INodePropertyOptions[]> {
	const workflow = workflowOf([{ name: 'Node', type: ours(type), parameters }], []);
	const data = { ...additionalData(), currentNodeParameters: parameters };
	const context = new core.LoadOptionsContext(workflow, workflow.getNode('Node') as INode, data, `parameters.${path}`);
	const load = nodeType(ours(type)).methods?.loadOptions?.[method];
	if (!load) throw new Error(`${type} has no method ${method}.`);
	return await load.call(context);
}

export class Execution {
	readonly done: Promise<IRun>;
	private readonly execute: InstanceType<typeof core.WorkflowExecute>;

	constructor(workflow: InstanceType<typeof Workflow>, start: string, items: INodeExecutionData[], options: RunOptions = {}) {
		const node = workflow.getNode(start);
		if (!node) throw new Error(`There is no node ${start}.`);
		const data = createRunExecutionData({ executionData: { nodeExecutionStack: [{ node, data: { main: [items] }, source: null }] } });
		this.execute = new core.WorkflowExecute(additionalData(options), options.mode ?? 'trigger', data);
		this.promise = this.execute.processRunExecutionData(workflow);
		this.done = Promise.resolve(this.promise);
	}

	private readonly promise: ReturnType<InstanceType<typeof core.WorkflowExecute>['processRunExecutionData']>;

	/** As the stop button does. */
	cancel(): void {
		this.promise.cancel();
	}
}

export async function execute(
	workflow: InstanceType<typeof Workflow>,
	start: string,
	items: INodeExecutionData[],
	options: RunOptions = {},
): Promise<IRun> {
	return await new Execution(workflow, start, items, options).done;
}

/** The node's items on its output. Throws when the run failed, as n8n gives failures back as data. */
export function itemsOf(run: IRun, node: string, output = 0): INodeExecutionData[] {
	if (run.data.resultData.error) throw run.data.resultData.error;
	if (run.status !== 'success') throw new Error(`The run ended with ${run.status}.`);
	return run.data.resultData.runData[node]?.[0]?.data?.main?.[output] ?? [];
}

/** What the editor shows beside the node's output. */
export function hintsOf(run: IRun, node: string): string[] {
	return (run.data.resultData.runData[node]?.[0]?.hints ?? []).map(({ message }) => message);
}

export function errorOf(run: IRun): ExecutionError & { description?: string | null } {
	if (!run.data.resultData.error) throw new Error(`The run did not fail but ended with ${run.status}.`);
	return run.data.resultData.error;
}
