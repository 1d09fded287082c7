import { createHash } from 'node:crypto';
import { VoiceError } from '../../contract/errors';
import type { CallPermit, JoinAsk } from '../../contract/join-token';
import { SigningKeys } from './signing-keys';
import type { SpentTokens } from './spent-tokens';
import { verifyToken } from './verify-token';

/** A token that was good, and that nobody else can use from now on. */
export interface Joined {
	readonly permit: CallPermit;
	/** The caller never got through, and may try again with the same token. */
	giveBack(): void;
}

/** Lets callers in who show a join token: each token once. */
export class JoinTokens {
	private readonly keys = new SigningKeys();

	constructor(
		private readonly spent: SpentTokens,
		private readonly now: () => number = Date.now,
	) {}

	/** Rejects with VOICE_ERR_TOKEN_INVALID, VOICE_ERR_TOKEN_EXPIRED, VOICE_ERR_TOKEN_USED or VOICE_ERR_TOKEN_KEYS. */
	async admit(ask: JoinAsk): Promise<Joined> {
		const { id, agent, overAt, permit } = await verifyToken(ask, this.keys, this.now());
		// From here on nothing waits: of two offers at once, one comes first.
		const key = createHash('sha256').update(`${agent}\n${id}`).digest('base64url');
		if (!this.spent.spend(key, overAt, this.now())) throw new VoiceError('VOICE_ERR_TOKEN_USED', 'A call was already made with it.');
		return { permit, giveBack: () => this.spent.giveBack(key) };
	}

	/** Rejects as admit() does, but takes a token that was used: its caller may be in the call. */
	async check(ask: JoinAsk): Promise<void> {
		await verifyToken(ask, this.keys, this.now());
	}

	close(): void {
		this.spent.close();
	}
}
