import { createHmac, randomBytes } from 'node:crypto';
import type { IceConfiguration } from '../../contract/ice-configuration';
import { VoiceError } from '../../contract/errors';
import type { IceServer } from '../../contract/signalling';
import { type TurnServerEntry, type TurnSettings, isTurn } from './turn-settings';

/** The STUN and TURN servers that callers are told, with credentials of their own where the server takes such. */
export class TurnServers {
	constructor(
		private readonly settings: TurnSettings,
		private readonly now: () => number = Date.now,
	) {}

	/** Credentials for one call. */
	mint(): IceServer[] {
		// Quotas of a TURN server are for each user: every call is another one.
		const caller = `call-${randomBytes(9).toString('base64url')}`;
		const expiresAt = Math.floor(this.now() / 1000) + this.settings.lifetimeSeconds;
		return this.settings.servers.map((entry) => iceServerFor(entry, caller, expiresAt));
	}

	/**
	 * What a caller gathers candidates with.
	 * @param relayOnly as the agent's trigger says
	 * @throws VOICE_ERR_NO_RELAY where calls have to be relayed and no server is there for it
	 */
	configuration(relayOnly: boolean): IceConfiguration {
		const relayed = relayOnly || this.settings.relayOnly;
		if (relayed && !this.settings.servers.some(({ urls }) => urls.some(isTurn))) {
			throw new VoiceError('VOICE_ERR_NO_RELAY', 'This agent takes calls through a TURN server only, but the runtime knows none.');
		}
		return { iceServers: this.mint(), iceTransportPolicy: relayed ? 'relay' : 'all', lifetimeSeconds: this.settings.lifetimeSeconds };
	}
}

/**
 * "TURN REST API" (draft-uberti-behave-turn-rest), as coturn's use-auth-secret takes it: the user's name says until when
 * it is good, and only who knows the secret can make the password for it.
 */
function iceServerFor({ urls, username, credential, secret }: TurnServerEntry, caller: string, expiresAt: number): IceServer {
	if (secret === undefined) return { urls, ...(username !== undefined && { username, credential }) };
	const name = `${expiresAt}:${caller}`;
	return { urls, username: name, credential: createHmac('sha1', secret).update(name).digest('base64') };
}
