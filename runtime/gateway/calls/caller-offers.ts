import { VoiceError } from '../../contract/errors';

/**
 * The offers by which a caller comes into their call. The same one again (a proxy or a browser has sent it twice) is given the same
 * answer, and not a second connection in place of the first. One that a later one has passed comes too late, whichever is answered last.
 */
export class CallerOffers {
	private newest: { readonly offer: string; readonly answer: Promise<string> } | undefined;
	private count = 0;
	private inUse = 0;

	/** @param connect makes a connection, and says when it is to be used from now on: that throws where it is too late */
	async take(offer: string, connect: (use: () => void) => Promise<string>): Promise<string> {
		if (this.newest?.offer === offer) return await this.newest.answer;
		const number = ++this.count;
		const answer = connect(() => {
			if (number < this.inUse) throw new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call goes on over a connection that was asked for later.');
			this.inUse = number;
		});
		const newest = (this.newest = { offer, answer });
		try {
			return await answer;
		} catch (thrown) {
			if (this.newest === newest) this.newest = undefined;
			throw thrown;
		}
	}

	/** The connection is gone: its offer again would be another one. */
	lost(): void {
		this.newest = undefined;
	}
}
