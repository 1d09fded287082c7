// Guards against: links that lead elsewhere than n8n serves the pages, or a path that becomes part of the panel's HTML.
import { pageLinks } from './page-links';

const ENV = ['WEBHOOK_URL', 'N8N_ENDPOINT_WEBHOOK', 'N8N_ENDPOINT_WEBHOOK_TEST'];
const before = ENV.map((name) => [name, process.env[name]] as const);

beforeEach(() => ENV.forEach((name) => delete process.env[name]));
afterAll(() => {
	for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
});

/** `[href, text]` of each link. */
function linksFor(path: unknown, base = 'http://localhost:5678'): string[][] {
	const { fields, emptyFieldsNotice = '' } = pageLinks({ getCurrentNodeParameter: () => path as string, getInstanceBaseUrl: () => base });
	expect(fields).toEqual([]);
	return [...emptyFieldsNotice.matchAll(/<a href="([^"]*)" target="_blank">([^<]*)<\/a>/g)].map(([, href = '', text = '']) => [href, text]);
}

test('on the host of the editor, whatever n8n believes its own to be', () => {
	expect(linksFor('voice')).toEqual([
		['/webhook-test/voice', 'http://localhost:5678/webhook-test/voice'],
		['/webhook/voice', 'http://localhost:5678/webhook/voice'],
	]);
	expect(linksFor('/a/b', 'http://localhost:5678/n8n/')[0]).toEqual(['/n8n/webhook-test/a/b', 'http://localhost:5678/n8n/webhook-test/a/b']);
});

test("at n8n's public address and endpoints where they are set", () => {
	process.env.WEBHOOK_URL = 'https://hooks.example.com/';
	process.env.N8N_ENDPOINT_WEBHOOK_TEST = 'try';
	expect(linksFor('voice')).toEqual([
		['https://hooks.example.com/try/voice', 'https://hooks.example.com/try/voice'],
		['https://hooks.example.com/webhook/voice', 'https://hooks.example.com/webhook/voice'],
	]);
});

test('a path is text, and none is asked for', () => {
	const [link] = linksFor('"><img src=x onerror=alert(1)>');
	expect(link?.join(' ')).not.toMatch(/[<>"]/);
	for (const path of ['', '  ', undefined, 7]) expect(linksFor(path)).toEqual([]);
});
