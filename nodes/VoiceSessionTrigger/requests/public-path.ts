/**
 * The path by which browsers reach what arrived at `originalUrl`: a reverse proxy may serve n8n below a prefix (N8N_PATH)
 * that it takes away.
 * @param restUrl n8n's API, which stands below the same prefix, as the log-in page needs it
 */
export function publicPath(originalUrl: string, restUrl: string): string {
	const { pathname } = new URL(originalUrl, 'http://n8n');
	const prefix = new URL(restUrl).pathname.replace(/\/+$/, '').replace(/\/[^/]*$/, '');
	return pathname.startsWith(`${prefix}/`) ? pathname : `${prefix}${pathname}`;
}
