import type { ILoadOptionsFunctions, INodeProperties, ResourceMapperFields } from 'n8n-workflow';
import { escapeHtml } from '../../runtime/lib/escape-html';
import { type PageAddresses, pageAddress, pageAddresses } from '../shared/page-address';

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

export function pageLinks(context: Pick<ILoadOptionsFunctions, 'getCurrentNodeParameter' | 'getInstanceBaseUrl'>): ResourceMapperFields {
	const path = context.getCurrentNodeParameter('path');
	const links = typeof path === 'string' && path.trim() !== '' ? linksTo(path.trim(), pageAddresses(context)) : 'Enter a path to get the links to the pages.';
	return { fields: [], emptyFieldsNotice: links };
}

function linksTo(path: string, addresses: PageAddresses): string {
	return [
		`<b>Test page</b><br>${link(pageAddress(addresses, path, 'test'))}<br>Execute the workflow, open this page and speak. One turn runs here in the editor.`,
		`<b>Voice page</b><br>${link(pageAddress(addresses, path, 'production'))}<br>Takes calls once the workflow is published. Each turn is one execution.`,
	].join('<br><br>');
}

/**
 * Without a WEBHOOK_URL n8n believes to be at localhost, which is wrong in a browser on another machine. The path is right
 * there, too, and the page's log-in needs the editor's own host.
 */
function link(url: URL): string {
	const href = process.env.WEBHOOK_URL ? url.href : url.pathname;
	return `<a href="${escapeHtml(href)}" target="_blank">${escapeHtml(url.href)}</a>`;
}
