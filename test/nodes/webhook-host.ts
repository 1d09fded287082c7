import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INode, INodeExecutionData, IWebhookData, IWebhookResponseData, Workflow } from 'n8n-workflow';
import { additionalData, core } from './engine';

/** Cookies that n8n takes out of a request before a community node sees it. */
const TAKEN = ['n8n-auth', 'n8n-browserId'];

/**
 * A webhook as n8n serves it, over real HTTP: Express's request and response as far as nodes use them, n8n's
 * cookie filter, and JSON bodies parsed while others stay raw. `started` holds what would start executions.
 */
export class WebhookHost {
	readonly started: INodeExecutionData[][][] = [];
	/** Hears of them, too. */
	onStarted: (data: INodeExecutionData[][]) => void = () => undefined;
	mode: 'webhook' | 'manual' = 'webhook';
	/** Of the caller, where n8n trusts the proxy that says so. */
	ip: string | undefined;
	/** What n8n keeps in the node's credentials. */
	credential: IDataObject = {};
	url = '';
	private running = 0;
	private idle: Array<() => void> = [];
	private readonly server: Server = createServer((request, response) => void this.serve(request, response));

	constructor(
		public workflow: Workflow,
		private readonly node: string,
		private readonly path = '/webhook/voice',
	) {}

	async listen(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.path}`;
		return this;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** When the node has nothing more to do before n8n: answers may still be on their way. */
	async returned(): Promise<void> {
		while (this.running > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
	}

	private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const pieces: Buffer[] = [];
		for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
		const rawBody = Buffer.concat(pieces);
		const { searchParams } = new URL(incoming.url ?? '', 'http://n8n');
		const cookies = (incoming.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
		if (incoming.headers.cookie) incoming.headers.cookie = cookies.filter((cookie) => !TAKEN.includes(cookie.split('=')[0] ?? '')).join('; ');
		const json = incoming.headers['content-type']?.startsWith('application/json');
		const request = Object.assign(incoming, {
			originalUrl: incoming.url,
			query: Object.fromEntries(searchParams),
			secure: false,
			...(this.ip === undefined ? {} : { ip: this.ip }),
			rawBody,
			body: json && rawBody.length > 0 ? (JSON.parse(rawBody.toString()) as unknown) : undefined,
		});
		const response = Object.assign(outgoing, {
			status: (code: number) => ((outgoing.statusCode = code), response),
			type: (contentType: string) => response.setHeader('content-type', contentType),
			send: (body: string) => response.end(body),
			json: (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
		});
		this.running++;
		const result = await this.webhook(request, response).finally(() => {
			this.running--;
			for (const resolve of this.idle.splice(0)) resolve();
		});
		if (result.workflowData) {
			this.started.push(result.workflowData);
			this.onStarted(result.workflowData);
		}
		if (!result.noWebhookResponse) response.status(200).json({ message: 'Workflow was started' });
	}

	private async webhook(request: object, response: object): Promise<IWebhookResponseData> {
		const node = this.workflow.getNode(this.node) as INode;
		const type = this.workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const webhookData = { webhookDescription: type.description.webhooks?.[0], isTest: this.mode === 'manual' } as unknown as IWebhookData;
		const data = Object.assign(additionalData({ mode: this.mode, credential: this.credential }), { httpRequest: request, httpResponse: response, executionId: undefined });
		const context = new core.WebhookContext(this.workflow, node, data, this.mode, webhookData, [], null);
		return (await type.webhook?.call(context)) ?? {};
	}
}
