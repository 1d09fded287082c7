// Guards against a log-in that goes round in circles: behind a proxy's path prefix the browser keeps a cookie only for the path that it sees.
import { publicPath } from './public-path';

test.each([
	['/webhook/voice', 'http://localhost:5678/rest', '/webhook/voice'],
	['/webhook/voice?x=1', 'https://example.com/n8n/rest', '/n8n/webhook/voice'],
	['/webhook-test/voice', 'https://example.com/n8n/rest/', '/n8n/webhook-test/voice'],
	['/webhook/a/b', 'https://example.com/one/two/rest', '/one/two/webhook/a/b'],
	// The proxy leaves the prefix on.
	['/n8n/webhook/voice', 'https://example.com/n8n/rest', '/n8n/webhook/voice'],
	// n8n does not know of the prefix.
	['/n8n/webhook/voice', 'http://localhost:5678/rest', '/n8n/webhook/voice'],
])('%s, where the API is at %s, is %s', (original, rest, path) => {
	expect(publicPath(original, rest)).toBe(path);
});
