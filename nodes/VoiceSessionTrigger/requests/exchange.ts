import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IWebhookFunctions } from 'n8n-workflow';

/** What we use of n8n's request, which is Express's with the raw body. */
export interface N8nRequest extends Pick<IncomingMessage, 'method' | 'headers' | 'socket'> {
	readonly originalUrl: string;
	readonly query: Record<string, unknown>;
	/** Parsed where it was JSON. */
	readonly body?: unknown;
	readonly secure: boolean;
	/** The caller's address. Behind proxies it is theirs, unless n8n was told how many to trust (N8N_PROXY_HOPS). */
	readonly ip?: string;
	/** n8n reads it before a node of version 1 runs, and only on demand otherwise. */
	readonly rawBody?: Buffer;
	readRawBody?(): Promise<void>;
}

/** What we use of n8n's response, which is Express's. */
export interface N8nResponse extends ServerResponse {
	status(code: number): this;
	type(contentType: string): this;
	send(body: string): this;
	json(body: unknown): this;
}

export function requestOf(context: IWebhookFunctions): N8nRequest {
	// Express's own types aren't among our dependencies.
	const request: unknown = context.getRequestObject();
	return request as N8nRequest;
}

export function responseOf(context: IWebhookFunctions): N8nResponse {
	const response: unknown = context.getResponseObject();
	return response as N8nResponse;
}

/** '' where nobody knows: the connection is gone. */
export function callerAddressOf({ ip, socket }: N8nRequest): string {
	return ip ?? socket.remoteAddress ?? '';
}

/** The request's body as it came: signatures are over bytes, and n8n parses no SDP. */
export async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer> {
	const request = requestOf(context);
	if (!request.rawBody) await request.readRawBody?.();
	return requestOf(context).rawBody ?? Buffer.alloc(0);
}
