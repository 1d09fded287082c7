/** What n8n's settings say of its own addresses. */
export interface PageAddresses {
	readonly base: string;
	readonly test: string;
	readonly production: string;
}

export function pageAddresses(context: { getInstanceBaseUrl(): string }): PageAddresses {
	const { WEBHOOK_URL: webhookUrl, N8N_ENDPOINT_WEBHOOK_TEST: test, N8N_ENDPOINT_WEBHOOK: production } = process.env;
	return { base: webhookUrl || context.getInstanceBaseUrl(), test: test || 'webhook-test', production: production || 'webhook' };
}

/** Where the voice page of an agent is, by its trigger's path. */
export function pageAddress({ base, test, production }: PageAddresses, path: string, mode: 'test' | 'production'): URL {
	return new URL(`${base.replace(/\/+$/, '')}/${mode === 'test' ? test : production}/${path.replace(/^\/+/, '')}`);
}
