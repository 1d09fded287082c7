import { z } from 'zod';
import { errorShape } from '../../contract/errors';
import { iceConfiguration } from '../../contract/ice-configuration';
import { CallFault, serverFault } from './faults';
import { renewTicket } from './ticket';

const refused = z.object({ error: errorShape });

/** The server may have to start the runtime. */
const FIRST_LIMIT_MS = 20_000;
/** The path may be lost, and those of before may still be good. */
const AGAIN_LIMIT_MS = 2_000;

/** The STUN and TURN servers that a call gathers its candidates with. The server makes credentials for each call. */
export class IceServers {
	/** Of the credentials; undefined before there are any. */
	private given: { readonly atMs: number; readonly goodForMs: number } | undefined;

	constructor(
		private readonly address: string,
		/** By which the caller is known, at the time. */
		private readonly headers: () => Record<string, string>,
	) {}

	/**
	 * For a call's first offer. Where the server does not say, the offer's own answer tells why.
	 * @throws CallFault when callers have to be relayed and cannot be
	 */
	async configuration(): Promise<RTCConfiguration> {
		return (await this.ask(FIRST_LIMIT_MS)) ?? {};
	}

	/** For an ICE restart; undefined while the credentials of before are good, or where no others can be had. */
	async renewed(): Promise<RTCConfiguration | undefined> {
		const { atMs, goodForMs } = this.given ?? { atMs: Date.now(), goodForMs: Infinity };
		const age = Date.now() - atMs;
		// A clock that was set back says nothing of their age.
		if (age >= 0 && age < goodForMs) return undefined;
		return await this.ask(AGAIN_LIMIT_MS).catch(() => undefined);
	}

	/** For another try of the first offer: an n8n that was starting could not name them before. undefined where they are known, or still cannot be had. */
	async missing(): Promise<RTCConfiguration | undefined> {
		if (this.given) return undefined;
		return await this.ask(AGAIN_LIMIT_MS).catch(() => undefined);
	}

	private async ask(limitMs: number): Promise<RTCConfiguration | undefined> {
		let response = await this.fetch(limitMs);
		// The ticket has expired while the page was open.
		if (response?.status === 401 && (await renewTicket(this.address).catch(() => false))) response = await this.fetch(limitMs);
		const body: unknown = await response?.json().catch(() => null);
		const error = refused.safeParse(body).data?.error;
		if (error?.code === 'VOICE_ERR_NO_RELAY') throw new CallFault(serverFault(error));
		const found = iceConfiguration.safeParse(body).data;
		if (!found) return undefined;
		const { lifetimeSeconds, iceServers, iceTransportPolicy } = found;
		// Whoever restarts shortly before the end would be refused in mid-call.
		this.given = { atMs: Date.now(), goodForMs: (lifetimeSeconds * 1000) / 2 };
		return { iceServers, iceTransportPolicy };
	}

	private async fetch(limitMs: number): Promise<Response | undefined> {
		const headers = { ...this.headers(), accept: 'application/json' };
		return await fetch(this.address, { headers, cache: 'no-store', signal: AbortSignal.timeout(limitMs) }).catch(() => undefined);
	}
}
