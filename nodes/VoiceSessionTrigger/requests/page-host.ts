import type { IncomingHttpHeaders } from 'node:http';

/**
 * The host by which the caller's page was reached, with its port; '' where nobody knows. A browser says it itself with
 * each request that a page makes. What a proxy passes on as the host may be n8n's inner one, so it counts only where no
 * proxy has left its mark.
 */
export function pageHostOf({ origin, host, ...headers }: IncomingHttpHeaders): string {
	if (origin !== undefined) return URL.canParse(origin) ? new URL(origin).host : '';
	const proxied = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via', 'x-real-ip'].some((name) => headers[name] !== undefined);
	return proxied ? '' : (host ?? '');
}
