/**
 * The path by which browsers reach what arrived at `originalUrl`: a reverse proxy may serve n8n below a prefix that it
 * takes away.
 * @param publicUrl the trigger's production URL, as n8n believes it to be (WEBHOOK_URL, N8N_PATH)
 */
export function publicPath(originalUrl: string, publicUrl: string | undefined): string {
	const { pathname } = new URL(originalUrl, 'http://n8n');
	if (publicUrl === undefined || !URL.canParse(publicUrl)) return pathname;
	const segments = new URL(publicUrl).pathname.split('/');
	// Test URLs have another word in them, but as many.
	const prefix = segments.slice(0, Math.max(0, segments.length - pathname.split('/').length + 1)).join('/');
	return `${prefix}${pathname}`;
}
