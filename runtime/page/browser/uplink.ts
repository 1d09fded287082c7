import { type SendLevel, SendQuality } from '../../lib/send-quality';
import type { CallStats } from './call-stats';
import type { PeerLink } from './peer-link';

/** Sends less where the caller's network is too narrow for their voice. What it has learnt holds for a call's next connection, too. */
export class Uplink {
	private readonly quality = new SendQuality();

	/** For a new connection; undefined: as the browser does it. */
	get level(): SendLevel | undefined {
		return this.quality.lowered ? this.quality.level : undefined;
	}

	/** A second of `link`, after which it may send otherwise. */
	async second({ roundTripMs, roundTrips, lossOut, bytesSent, network }: CallStats, link: Pick<PeerLink, 'pack'>): Promise<void> {
		const level = this.quality.take({ roundTripMs, roundTrips, lostOut: lossOut, sentBytes: bytesSent, path: network });
		// Packed as before is better than no call.
		if (level) await link.pack(level).then(() => this.quality.took(level), () => undefined);
	}
}
