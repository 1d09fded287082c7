import type { DownloadAnswer } from './http-get';
import { TryFailure } from './try-failure';

/** What an answer that brings no file means for the next try. */
export function refusal({ status, headers, host }: DownloadAnswer): TryFailure {
	switch (status) {
		case 401:
		case 403:
			return new TryFailure(`${host}: refuses (${status}); it wants a token of an account that has accepted the licence`, 'elsewhere', { gated: true });
		case 404:
		case 410:
			return new TryFailure(`${host}: has no such file (${status})`, 'elsewhere');
		case 407:
			return new TryFailure(`${host}: the proxy refuses (407)`, 'elsewhere');
		case 408:
		case 425:
		case 429:
			return new TryFailure(`${host}: asks to wait (${status})`, 'again', { waitMs: retryAfter(headers['retry-after']) });
		default:
			return status >= 500
				? new TryFailure(`${host}: is out of order (${status})`, 'again', { waitMs: retryAfter(headers['retry-after']) })
				: new TryFailure(`${host}: answers ${status}`, 'elsewhere');
	}
}

/** Seconds, or a date; ms from now. */
export function retryAfter(header: string | undefined, now: number = Date.now()): number {
	if (header === undefined) return 0;
	if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
	const date = Date.parse(header);
	return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
