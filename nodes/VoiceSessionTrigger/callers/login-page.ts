import type { INode } from 'n8n-workflow';
import { escapeHtml } from '../../../runtime/lib/escape-html';

export const TICKET_HEADER = 'x-voice-ticket';

/** What a client has to ask n8n for to get its ticket, and the header to hand it in with. */
export function ticketAsk(node: INode, path: string, restUrl: string) {
	return {
		// On the page's own host, whatever n8n believes its host is: there is where the login cookie goes.
		rest: new URL(restUrl).pathname.replace(/\/$/, ''),
		ticketHeader: TICKET_HEADER,
		body: {
			path: 'ticket',
			methodName: 'getCallerTicket',
			nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
			currentNodeParameters: { path },
			...(node.credentials ? { credentials: node.credentials } : {}),
		},
	};
}

/**
 * Shown to users of this n8n before the voice page: fetches a ticket from n8n, hands it in and reloads, or asks
 * them to log in.
 */
export function loginPage(node: INode, path: string, restUrl: string, nonce: string): string {
	const ask = ticketAsk(node, path, restUrl);
	const data = JSON.stringify(ask).replaceAll('<', '\\u003c');
	// Beside n8n's API, wherever a proxy has put both.
	const { rest } = ask;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Voice agent</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { max-width: 26rem; padding: 2rem; text-align: center; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
p { margin: 0 0 1.5rem; opacity: .8; text-wrap: balance; }
nav { display: flex; gap: .75rem; justify-content: center; }
a, button { font: inherit; padding: .6rem 1.2rem; border-radius: .6rem; border: 1px solid #ea4b71; text-decoration: none; cursor: pointer; }
a { background: #ea4b71; color: #fff; }
button { background: none; color: inherit; }
[hidden] { display: none; }
</style>
</head>
<body>
<main>
<p id="wait" role="status">One moment…</p>
<div id="login" hidden>
<h1>Log in to n8n, then reload</h1>
<p id="why">Only users of this n8n can call this voice agent.</p>
<nav>
<a href="${escapeHtml(`${rest.replace(/\/[^/]*$/, '')}/signin`)}" target="_blank" rel="noopener">Log in to n8n</a>
<button type="button" id="reload">Reload</button>
</nav>
</div>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
<script nonce="${nonce}">
const ask = ${data};
const say = (why, title) => {
	if (why) document.getElementById('why').textContent = why;
	if (title) document.querySelector('h1').textContent = title;
	document.getElementById('wait').hidden = true;
	document.getElementById('login').hidden = false;
};
document.getElementById('reload').onclick = () => location.reload();
(async () => {
	const headers = { 'content-type': 'application/json' };
	const browser = localStorage.getItem('n8n-browserId');
	if (browser) headers['browser-id'] = browser;
	const got = await fetch(ask.rest + '/dynamic-node-parameters/options', {
		method: 'POST', headers, body: JSON.stringify(ask.body),
	});
	if (got.status === 401) return say();
	if (!got.ok) {
		// The runtime may be on its way.
		setTimeout(() => location.reload(), 5000);
		const { message } = await got.json().catch(() => ({}));
		return say(message || 'n8n answered with an error (status ' + got.status + '). Check that the voice runtime is running.', 'The voice agent is not ready');
	}
	const ticket = (await got.json()).data[0].value;
	const shown = await fetch(location.pathname, { method: 'POST', headers: { [ask.ticketHeader]: ticket } });
	if (!shown.ok) return say('The log-in could not be confirmed (status ' + shown.status + '). Reload the page.');
	location.reload();
})().catch((error) => say(String(error)));
</script>
</body>
</html>
`;
}
