import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { eachItem } from '../shared/each-item';
import { searchModels } from '../shared/model-parameter';
import { chatItem } from './chat-item';
import { llamaChatProperties } from './properties';

export class LlamaChat implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Llama Chat',
		name: 'llamaChat',
		icon: { light: 'file:llamaChat.svg', dark: 'file:llamaChat.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ ($parameter["model"]["mode"] === "list" && $parameter["model"]["cachedResultName"]) || $parameter["model"]["value"] }}',
		description: 'Answer with a Llama model on your own machine, and let it use workflows and other tools',
		defaults: { name: 'Llama Chat' },
		// As a tool, the node could not have tools of its own.
		usableAsTool: undefined,
		inputs: [
			NodeConnectionTypes.Main,
			{ type: NodeConnectionTypes.AiTool, displayName: 'Tools', required: false },
		],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'voiceRuntimeApi', required: false }],
		properties: llamaChatProperties,
	};

	methods = { listSearch: { searchModels: searchModels('chat') } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await eachItem(this, chatItem);
	}
}
