import type { ILoadOptionsFunctions, INodeProperties, ResourceMapperFields } from 'n8n-workflow';
import { escapeHtml } from '../../runtime/lib/escape-html';

/**
 * The links to the node's pages. In n8n a resource mapper is the only parameter for which the server can say what
 * stands in the panel, by its notice for "no fields": it never has any, and holds nothing.
 */
export const pageLinksProperty: INodeProperties = {
	displayName: 'Pages',
	name: 'pages',
	type: 'resourceMapper',
	noDataExpression: true,
	// What n8n makes of it when the panel is opened: any other default would be a change of the workflow.
	default: { mappingMode: 'defineBelow', value: {}, matchingColumns: [], schema: [], attemptToConvertTypes: false, convertFieldsToString: false },
	typeOptions: {
		loadOptionsDependsOn: ['path'],
		resourceMapper: {
			resourceMapperMethod: 'getPageLinks',
			mode: 'add',
			supportAutoMap: false,
			fieldWords: { singular: 'link', plural: 'links' },
		},
	},
};

/** What n8n's settings say of its own addresses. */
interface Addresses {
	readonly base: string;
	readonly test: string;
	readonly production: string;
}

export function pageLinks(context: Pick<ILoadOptionsFunctions, 'getCurrentNodeParameter' | 'getInstanceBaseUrl'>): ResourceMapperFields {
	const path = context.getCurrentNodeParameter('path');
	const links = typeof path === 'string' && path.trim() !== '' ? linksTo(path.trim(), addresses(context)) : 'Enter a path to get the links to the pages.';
	return { fields: [], emptyFieldsNotice: links };
}

function addresses(context: Pick<ILoadOptionsFunctions, 'getInstanceBaseUrl'>): Addresses {
	const { WEBHOOK_URL: webhookUrl, N8N_ENDPOINT_WEBHOOK_TEST: test, N8N_ENDPOINT_WEBHOOK: production } = process.env;
	return { base: webhookUrl || context.getInstanceBaseUrl(), test: test || 'webhook-test', production: production || 'webhook' };
}

function linksTo(path: string, { base, test, production }: Addresses): string {
	return [
		`<b>Test page</b><br>${link(base, test, path)}<br>Execute the workflow, open this page and speak. One turn runs here in the editor.`,
		`<b>Voice page</b><br>${link(base, production, path)}<br>Takes calls once the workflow is published. Each turn is one execution.`,
	].join('<br><br>');
}

/**
 * Without a WEBHOOK_URL n8n believes to be at localhost, which is wrong in a browser on another machine. The path is right
 * there, too, and the page's log-in needs the editor's own host.
 */
function link(base: string, endpoint: string, path: string): string {
	const url = new URL(`${base.replace(/\/+$/, '')}/${endpoint}/${path.replace(/^\/+/, '')}`);
	const href = process.env.WEBHOOK_URL ? url.href : url.pathname;
	return `<a href="${escapeHtml(href)}" target="_blank">${escapeHtml(url.href)}</a>`;
}
