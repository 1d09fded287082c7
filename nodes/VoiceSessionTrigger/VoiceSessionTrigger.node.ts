import {
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type INodeExecutionData,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
	type ResourceMapperFields,
} from 'n8n-workflow';
import { JOIN_CREDENTIAL } from '../shared/join-keys';
import { ticketFor } from './callers/ticket';
import { listen } from './listen';
import { pageLinks } from './page-links';
import { voiceSessionTriggerProperties } from './properties';
import { speculationHints } from './speculation';
import { answerRequest } from './requests/answer-request';

/**
 * Three ways into a workflow, see docs/nodes.md: `webhook()` serves the page, the signalling and signed events,
 * `trigger()` keeps the event stream of a published workflow open, and `execute()` hands on what came in by webhook
 * during a test in the editor (n8n would otherwise call `trigger()` then, and wait for ever).
 */
export class VoiceSessionTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Voice Session Trigger',
		name: 'voiceSessionTrigger',
		icon: { light: 'file:voiceSessionTrigger.svg', dark: 'file:voiceSessionTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ "/" + $parameter["path"] }}',
		description: 'Starts the workflow for each turn of a caller on the voice page',
		eventTriggerDescription: 'Open the test page (link in this node) and speak',
		activationMessage: 'Your agent now takes calls. The link to its voice page is in this node.',
		// n8n's panel for a trigger that listens knows no address, and bars the parameters, where the links are.
		triggerPanel: false,
		defaults: { name: 'Voice Session Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		// n8n cuts off longer ones on the canvas.
		outputNames: ['Turn', 'Started', 'Ended'],
		credentials: [
			{ name: 'voiceRuntimeApi', required: false },
			{ name: JOIN_CREDENTIAL, required: true, displayOptions: { show: { callers: ['token'] } } },
		],
		webhooks: [
			{
				name: 'default',
				// One entry, four methods: n8n splits at the commas.
				httpMethod: 'GET,POST,PATCH,DELETE',
				responseMode: 'onReceived',
				isFullPath: true,
				path: '={{$parameter["path"]}}',
				ndvHideMethod: true,
			},
		],
		properties: voiceSessionTriggerProperties,
	};

	methods = {
		loadOptions: {
			/** Called by the log-in page through n8n's own API, which only answers users who are logged in. */
			async getCallerTicket(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return [{ name: 'ticket', value: await ticketFor(this) }];
			},
		},
		resourceMapping: {
			async getPageLinks(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
				return pageLinks(this);
			},
		},
	};

	/** The trigger's address goes to the runtime with every offer, so there is nothing to register anywhere. */
	webhookMethods = {
		default: {
			checkExists: async (): Promise<boolean> => true,
			create: async (): Promise<boolean> => true,
			delete: async (): Promise<boolean> => true,
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerRequest(this);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await listen(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const outputs = [0, 1, 2].map((output) => {
			try {
				return this.getInputData(output);
			} catch {
				// n8n throws where this event has no data for an output.
				return [];
			}
		});
		this.addExecutionHints(...speculationHints(outputs.flat()));
		return outputs;
	}
}
