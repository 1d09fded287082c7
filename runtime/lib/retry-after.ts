/**
 * What `Retry-After` asks for, in ms from now: it holds seconds, which some servers write with a fraction, or a date.
 * undefined where there is none, or none that can be read. A header that came more than once is read the first time.
 */
export function retryAfterMs(header: string | readonly string[] | null | undefined, now: number = Date.now()): number | undefined {
	const text = typeof header === 'string' ? header : header?.[0];
	if (text === undefined) return undefined;
	const ms = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
