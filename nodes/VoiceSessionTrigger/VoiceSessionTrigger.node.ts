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
} from 'n8n-workflow';
import { ticketFor } from './callers/ticket';
import { listen } from './listen';
import { voiceSessionTriggerProperties } from './properties';
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
		eventTriggerDescription: 'Waiting for a caller to speak',
		activationMessage: 'Your agent is now taking calls. Open this node\'s production URL in a browser and talk.',
		triggerPanel: {
			header: 'Talk to your agent',
			executionsHelp: {
				inactive:
					'<b>While building</b>, press "Execute workflow", open the test URL in a browser and speak. One turn runs here in the editor.<br><br><b>When it works</b>, publish the workflow and open the production URL. Each turn is one execution.',
				active:
					'<b>While building</b>, press "Execute workflow", open the test URL in a browser and speak. One turn runs here in the editor.<br><br><b>Calls to the production URL</b> run automatically. Each turn is one entry in the executions list.',
			},
			activationHint: 'Publish the workflow to take calls at the production URL.',
		},
		defaults: { name: 'Voice Session Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Turn', 'Call Started', 'Call Ended'],
		credentials: [{ name: 'voiceRuntimeApi', required: false }],
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
		return [0, 1, 2].map((output) => {
			try {
				return this.getInputData(output);
			} catch {
				// n8n throws where this event has no data for an output.
				return [];
			}
		});
	}
}
