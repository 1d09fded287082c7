import type { IncomingHttpHeaders } from 'node:http';
import type { JoinAsk } from '../../../runtime/contract/join-token';
import { joinKeysOf } from '../../shared/join-keys';
import { bearerOf } from './check-caller';

/** What the runtime needs to look at a caller's token: the token, the keys, and what it has to be for. */
export async function joinAskOf(context: Parameters<typeof joinKeysOf>[0], headers: IncomingHttpHeaders, path: string): Promise<JoinAsk> {
	const { origin } = headers;
	return { token: bearerOf(headers), keys: await joinKeysOf(context), agent: path, ...(origin === undefined ? {} : { origin }) };
}
