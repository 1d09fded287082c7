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
 * them to log in. Where n8n does not answer, it says why and tries again.
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
<h1></h1>
<p id="why" role="status"></p>
<nav>
<a href="${escapeHtml(`${rest.replace(/\/[^/]*$/, '')}/signin`)}" target="_blank" rel="noopener">Log in to n8n</a>
<button type="button" id="reload">Reload</button>
</nav>
</div>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
<script nonce="${nonce}">
const ask = ${data};
const [title, link] = [document.querySelector('h1'), document.querySelector('nav a')];
const say = (heading, why, logIn) => {
	title.textContent = heading;
	document.getElementById('why').textContent = why;
	link.hidden = !logIn;
	document.getElementById('wait').hidden = true;
	document.getElementById('login').hidden = false;
};
// Looks again by itself: a reload would leave nothing of this page where nobody answers.
const later = (heading, why, seconds = 5) => {
	const wait = seconds > 90 ? Math.ceil(seconds / 60) + ' minutes' : seconds + ' seconds';
	say(heading, why + ' This page tries again' + (seconds > 5 ? ' in ' + wait + '.' : ' by itself.'));
	setTimeout(enter, seconds * 1000);
};
const secondsOf = (header) => {
	const seconds = Math.ceil(/^[0-9.]+$/.test(header || '') ? Number(header) : (Date.parse(header) - Date.now()) / 1000);
	return seconds > 0 ? Math.min(seconds, 3600) : undefined;
};
const refused = ({ status, headers }, message) => {
	const wait = secondsOf(headers.get('retry-after'));
	if (status === 429) return later('Too many requests', 'n8n takes no more requests from your network for a moment.', wait || 60);
	if (message && status !== 503) return later('The voice agent is not ready', message);
	if (status < 500) return say('The server did not let you through', 'Something in front of n8n answered in its place (status ' + status + '). You may have to log in there: reload the page.');
	later('n8n does not answer', 'It is starting, or it is not running (status ' + status + ').', wait);
};
const read = async (got) => {
	try { return await got.json(); } catch { return undefined; }
};
document.getElementById('reload').onclick = () => location.reload();
async function enter() {
	try {
		const headers = { 'content-type': 'application/json' };
		const browser = localStorage.getItem('n8n-browserId');
		if (browser) headers['browser-id'] = browser;
		const got = await fetch(ask.rest + '/dynamic-node-parameters/options', {
			method: 'POST', headers, body: JSON.stringify(ask.body),
		});
		const answer = await read(got);
		if (got.status === 401 && answer) return say('Log in to n8n, then reload', 'Only users of this n8n can call this voice agent.', true);
		if (!got.ok) return refused(got, answer?.message);
		const ticket = answer?.data?.[0]?.value;
		// While it brings its database up to date it says so in plain text, as if all were well.
		if (!ticket) return later('n8n is starting', 'It answers, but it is not ready yet.');
		const shown = await fetch(location.pathname, { method: 'POST', headers: { [ask.ticketHeader]: ticket } });
		if (!shown.ok) return refused(shown, (await read(shown))?.error?.message);
		location.reload();
	} catch {
		later(navigator.onLine ? 'n8n cannot be reached' : 'You are offline', navigator.onLine ? 'It did not answer.' : 'This device has no network connection.');
	}
}
void enter();
</script>
</body>
</html>
`;
}
