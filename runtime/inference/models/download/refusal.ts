import { retryAfterMs } from '../../../lib/retry-after';
import type { DownloadAnswer } from './http-get';
import { TryFailure } from './try-failure';

/** What an answer that brings no file means for the next try. */
export function refusal({ status, headers, host }: DownloadAnswer): TryFailure {
	switch (status) {
		case 401:
		case 403:
			return new TryFailure(`${host}: refused access (${status}); it wants a token of an account that has accepted the licence`, 'elsewhere', { gated: true });
		case 404:
		case 410:
			return new TryFailure(`${host}: has no such file (${status})`, 'elsewhere');
		case 407:
			return new TryFailure(`${host}: the proxy refuses (407)`, 'elsewhere');
		case 408:
		case 425:
		case 429:
			return new TryFailure(`${host}: asks us to wait (${status})`, 'again', { waitMs: retryAfterMs(headers['retry-after']) ?? 0 });
		default:
			return status >= 500
				? new TryFailure(`${host}: reports a server error (${status})`, 'again', { waitMs: retryAfterMs(headers['retry-after']) ?? 0 })
				: new TryFailure(`${host}: answered with status ${status}`, 'elsewhere');
	}
}
