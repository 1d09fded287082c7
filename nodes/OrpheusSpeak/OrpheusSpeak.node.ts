import {
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type INodeExecutionData,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { eachItem } from '../shared/each-item';
import { enginesFor } from '../shared/model-parameter';
import { orpheusSpeakProperties } from './properties';
import { speakItem } from './speak-item';
import { speechHints } from './speech-hints';
import { ENGINE_OF_ROW } from './voice-parameters';

export class OrpheusSpeak implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Orpheus Speak',
		name: 'orpheusSpeak',
		icon: { light: 'file:orpheusSpeak.svg', dark: 'file:orpheusSpeak.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["engine"].replace(/^(auto|orpheus)$/, (name) => name.charAt(0).toUpperCase() + name.slice(1)).replace(/^server:/, "server ") + ($parameter["voice"] ? ": " + $parameter["voice"] : "") }}',
		description: 'Turn text into speech on your own machine, for the caller or as an audio file',
		defaults: { name: 'Orpheus Speak' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'voiceRuntimeApi', required: false }],
		properties: orpheusSpeakProperties,
	};

	methods = {
		loadOptions: {
			async getEngines(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return (await enginesFor(this)).speak.map(({ value, name, description }) => ({ value, name, description }));
			},
			async getVoices(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return await voicesOf(this, 'engine');
			},
			async getOrpheusModels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return (await enginesFor(this)).orpheus;
			},
			async getDecoders(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return (await enginesFor(this)).decoder;
			},
			async getFallbackVoices(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return await voicesOf(this, ENGINE_OF_ROW);
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const outputs = await eachItem(this, speakItem);
		this.addExecutionHints(...speechHints(outputs.flat()));
		return outputs;
	}
}

async function voicesOf(context: ILoadOptionsFunctions, engineParameter: string): Promise<INodePropertyOptions[]> {
	// What is typed as an expression begins with its sign.
	const parameter = context.getCurrentNodeParameter(engineParameter);
	const chosen = typeof parameter === 'string' ? parameter.replace(/^=/, '') : '';
	// Of a path on the runtime's machine, which may be Windows': the runtime knows what one is.
	const query = /[\\/]/.test(chosen) && !chosen.includes('{{') ? { voicesOf: chosen } : {};
	const engine = (await enginesFor(context, query)).speak.find(({ value }) => value === chosen);
	return [{ name: 'Default', value: '' }, ...(engine?.voices ?? [])];
}
