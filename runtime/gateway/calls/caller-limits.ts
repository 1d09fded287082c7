import { createHash } from 'node:crypto';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { VoiceError } from '../../contract/errors';
import { callerGroup } from '../../lib/addresses';
import type { Log } from '../../lib/log';

const MINUTE_SECONDS = 60;
/** Of one token: it is good for one call, and a page that is not let in tries again by itself. */
const OFFERS_PER_TOKEN = 10;
/** A call that could not be made for want of a place of this caller's own: how long calls last nobody knows. */
const RETRY_AFTER_CALL_SECONDS = 30;

export interface LimitSettings {
	/** At the same time. */
	readonly callsPerAddress: number;
	/** Per minute. */
	readonly offersPerAddress: number;
	/** Per minute, of all addresses together. */
	readonly offers: number;
}

/** Who makes an offer, as far as it is known. */
export interface Offerer {
	/** As n8n sees it; absent where the owner's own program asks. */
	readonly address?: string | undefined;
	readonly token?: string | undefined;
}

/**
 * How much one caller may ask for. Callers on this machine are not counted by address: they are the owner, or all callers
 * behind a proxy that n8n was not told of.
 */
export class CallerLimits {
	private readonly byAddress: RateLimiterMemory;
	private readonly byToken = perMinute(OFFERS_PER_TOKEN);
	private readonly all: RateLimiterMemory;
	private readonly calls = new Map<string, number>();

	constructor(
		private readonly settings: LimitSettings,
		private readonly log: Log,
	) {
		this.byAddress = perMinute(settings.offersPerAddress);
		this.all = perMinute(settings.offers);
	}

	/** Counts an offer. Throws VOICE_ERR_TOO_MANY. */
	async offered({ address, token }: Offerer): Promise<void> {
		const group = address === undefined ? undefined : callerGroup(address);
		if (token) await this.take(this.byToken, createHash('sha256').update(token).digest('base64url'), 'This token came with too many offers.', address);
		if (group === undefined) return;
		// Who is refused here takes nothing from all others.
		await this.take(this.byAddress, group, 'Too many offers came from this address.', address);
		await this.take(this.all, 'all', 'Too many offers came at the same time.', address);
	}

	/** Counts a call, until the function that it returns is called. Throws VOICE_ERR_TOO_MANY. */
	called({ address }: Offerer): () => void {
		const group = address === undefined ? undefined : callerGroup(address);
		if (group === undefined) return () => undefined;
		if ((this.calls.get(group) ?? 0) >= this.settings.callsPerAddress) {
			throw this.tooMany('As many calls as are allowed come from this address already.', RETRY_AFTER_CALL_SECONDS, address);
		}
		return this.count(group);
	}

	/** Counts a call that the process before had let in, until the function that it returns is called. */
	goesOn({ address }: Offerer): () => void {
		const group = address === undefined ? undefined : callerGroup(address);
		return group === undefined ? () => undefined : this.count(group);
	}

	private count(group: string): () => void {
		this.calls.set(group, (this.calls.get(group) ?? 0) + 1);
		let counted = true;
		return () => {
			if (!counted) return;
			counted = false;
			const left = (this.calls.get(group) ?? 1) - 1;
			if (left > 0) this.calls.set(group, left);
			else this.calls.delete(group);
		};
	}

	private async take(limiter: RateLimiterAbstract, key: string, why: string, address: string | undefined): Promise<void> {
		try {
			await limiter.consume(key);
		} catch (thrown) {
			if (!(thrown instanceof RateLimiterRes)) throw thrown;
			throw this.tooMany(why, Math.max(1, Math.ceil(thrown.msBeforeNext / 1000)), address);
		}
	}

	private tooMany(why: string, retryAfterSeconds: number, address: string | undefined): VoiceError {
		this.log.warn({ address, code: 'VOICE_ERR_TOO_MANY' }, 'an offer was refused');
		return new VoiceError('VOICE_ERR_TOO_MANY', why, { retryAfterSeconds });
	}
}

function perMinute(points: number): RateLimiterMemory {
	return new RateLimiterMemory({ points, duration: MINUTE_SECONDS });
}
