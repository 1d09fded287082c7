import { z } from 'zod';
import { errorShape } from '../../contract/errors';
import { parseJson } from '../../lib/json';
import { retryAfterMs } from '../../lib/retry-after';
import { CallFault, type Fault, n8nAway, n8nStarting, n8nUnreachable, notLetIn, notListening, serverFault, serverGarbled, tooMany } from './faults';

const refused = z.object({ error: errorShape });
const n8nRefused = z.object({ message: z.string() });

/** What proxies say whose n8n is away; from 520 on, Cloudflare's own. */
const PROXY_ALONE: readonly number[] = [502, 503, 504, 520, 521, 522, 523, 524, 530];
/** Of a proxy that lets in only whom it knows. */
const UNKNOWN_TO_PROXY: readonly number[] = [401, 403, 407];

/** What an answer that is none means: the trigger's own error, n8n's, or that of a proxy between. */
export async function faultOf(response: Response, testAddress: boolean): Promise<Fault> {
	const { status } = response;
	const body: unknown = await response.json().catch(() => null);
	const ours = refused.safeParse(body);
	if (ours.success) return serverFault(ours.data.error);
	if (n8nRefused.safeParse(body).success) {
		// Its own 404 for an address that no workflow has registered, and 503 while its database is not ready.
		if (status === 404) return notListening(testAddress);
		if (status === 503) return n8nStarting;
	}
	const waitMs = retryAfterMs(response.headers.get('retry-after'));
	const waitSeconds = waitMs === undefined ? undefined : Math.max(1, Math.ceil(waitMs / 1000));
	if (status === 429) return tooMany(waitSeconds);
	if (status === 404) return n8nAway;
	if (PROXY_ALONE.includes(status)) return n8nUnreachable(status, waitSeconds);
	return UNKNOWN_TO_PROXY.includes(status) ? notLetIn(status) : serverGarbled(status);
}

/** @throws CallFault where it is not of this shape */
export async function readAnswer<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
	const text = await response.text().catch(() => '');
	// With status 200, whatever was asked.
	if (text.startsWith('n8n is starting')) throw new CallFault(n8nStarting);
	// A proxy's log-in page, to which it has led the request.
	if (/^\s*</.test(text)) throw new CallFault(notLetIn(response.status));
	const parsed = schema.safeParse(parseJson(text));
	if (!parsed.success) throw new CallFault(serverGarbled(response.status));
	return parsed.data;
}
