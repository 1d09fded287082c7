import type { IceServer } from '../../contract/signalling';
import { isLoopbackHost } from '../../lib/loopback';
import type { LinkNetwork } from '../../rpc/media-protocol';
import type { TurnServers } from './turn-servers';

export interface MediaNetworkSettings {
	readonly ports: LinkNetwork['ports'];
	readonly publicAddresses: LinkNetwork['publicAddresses'];
	/** `auto`: for callers whose page was reached by a loopback address. */
	readonly loopback: 'auto' | 'always' | 'never';
	/** This machine is behind a NAT that forwards nothing to it: it asks the STUN and TURN servers itself. */
	readonly behindNat: boolean;
}

/** How each call's sound gets through the networks between. */
export class CallNetwork {
	constructor(
		private readonly settings: MediaNetworkSettings,
		private readonly turnServers: Pick<TurnServers, 'mint'>,
	) {}

	/** @param pageHost by which the caller's page was reached, '' where nobody knows */
	forLink(pageHost: string): LinkNetwork {
		const { ports, publicAddresses, loopback, behindNat } = this.settings;
		return {
			loopback: loopback === 'always' || (loopback === 'auto' && isLoopbackHost(pageHost)),
			publicAddresses,
			ports,
			iceServers: behindNat ? this.turnServers.mint() : [],
		};
	}

	/** For a caller's ICE restart. */
	forCaller(): IceServer[] | undefined {
		const servers = this.turnServers.mint();
		return servers.length > 0 ? servers : undefined;
	}
}
