import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { eachItem } from '../shared/each-item';
import { searchModels } from '../shared/model-parameter';
import { transcribeProperties } from './properties';
import { transcribeItem } from './transcribe-item';

export class Transcribe implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Transcribe',
		name: 'transcribe',
		icon: { light: 'file:transcribe.svg', dark: 'file:transcribe.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["language"] }}',
		description: 'Turn speech into text on your own machine, from a caller or a recording',
		defaults: { name: 'Transcribe' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'voiceRuntimeApi', required: false }],
		properties: transcribeProperties,
	};

	methods = { listSearch: { searchModels: searchModels('transcribe') } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await eachItem(this, transcribeItem);
	}
}
