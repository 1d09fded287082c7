/**
 * What `Retry-After` asks for, in ms from now: it holds seconds, which some servers write with a fraction, or a date.
 * undefined where there is none, or none that can be read.
 */
export function retryAfterMs(header: string | null | undefined, now: number = Date.now()): number | undefined {
	if (header === undefined || header === null) return undefined;
	const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
