import type { HeldMessages } from '../../contract/signalling';
import { monotonicClock } from '../../lib/clock';
import type { MessageLog } from './message-log';

/** Below the 30 s after which some proxies cut a request that nobody answers. */
const HOLD_LIMIT_MS = 25_000;
/**
 * What goes over the data channel is acknowledged within a round trip. While that works, the held request has nothing to
 * say: every answer costs n8n a webhook.
 */
const ACKNOWLEDGED_WITHIN_MS = 500;

/** Holds requests until there is something that the page does not have. */
export class HeldRequests {
	private readonly releases = new WeakMap<MessageLog, () => void>();

	/**
	 * Resolves to what is kept above `after`: at once where the data channel does not carry it, else when it should have
	 * been acknowledged. A call has one held request: a second one releases the first.
	 */
	async wait(log: MessageLog, after: number, gone: AbortSignal): Promise<HeldMessages> {
		this.releases.get(log)?.();
		await new Promise<void>((resolve) => {
			let check: NodeJS.Timeout | undefined;
			const done = (): void => {
				clearTimeout(limit);
				clearTimeout(check);
				stop();
				gone.removeEventListener('abort', done);
				resolve();
			};
			const look = (): void => {
				clearTimeout(check);
				const since = log.waitingSince(after);
				if (log.ended) return done();
				if (since === undefined) return;
				const wait = log.channelOpen ? since + ACKNOWLEDGED_WITHIN_MS - monotonicClock.now() : 0;
				if (wait <= 0) return done();
				check = setTimeout(look, wait);
			};
			const limit = setTimeout(done, HOLD_LIMIT_MS);
			const stop = log.onChange(look);
			gone.addEventListener('abort', done, { once: true });
			this.releases.set(log, done);
			if (gone.aborted) return done();
			look();
		});
		return { messages: log.after(after), ended: log.ended };
	}
}
