import type { Fault } from './faults';
import { CallFault, connectionLost, toFault } from './faults';

/** ICE calls a path `disconnected` after some missed checks and often finds it again by itself. */
const PATIENCE_MS = 3_000;
/** After an answered restart: how long its checks may take on a slow network. */
const RESTART_MS = 6_000;
/** Between tries while the server cannot be reached. */
const RETRY_MS = 1_000;
/** The server keeps a session without sound for about a minute, but a caller gives up long before. */
const GIVE_UP_MS = 25_000;

export interface Link {
	/** One ICE restart: re-offer, answer applied. Rejects with a CallFault. */
	restart: () => Promise<void>;
	connected: () => boolean;
	lost: () => void;
	restored: () => void;
	givenUp: (fault: Fault) => void;
}

/** Decides when a call's path is lost, restarts ICE until it is back, and when to give up. */
export class LinkKeeper {
	private patience: ReturnType<typeof setTimeout> | undefined;
	private restarting = false;
	private stopped = false;
	/** Wakes the restart loop out of its pause. */
	private wake: () => void = () => undefined;

	constructor(private readonly link: Link) {}

	connectionChanged(state: RTCPeerConnectionState): void {
		if (state === 'connected') {
			clearTimeout(this.patience);
			this.wake();
		} else if (state === 'failed') {
			void this.restart();
		} else if (state === 'disconnected') {
			clearTimeout(this.patience);
			this.patience = setTimeout(() => void this.restart(), PATIENCE_MS);
		}
	}

	/** Another network, or no sound although ICE notices nothing: no reason to wait. */
	pathDoubted(): void {
		void this.restart();
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.patience);
		this.wake();
	}

	private async restart(): Promise<void> {
		if (this.restarting || this.stopped) return;
		clearTimeout(this.patience);
		this.restarting = true;
		const giveUpAt = Date.now() + GIVE_UP_MS;
		let fault: Fault = connectionLost;
		this.link.lost();
		while (!this.stopped && Date.now() < giveUpAt) {
			try {
				await this.link.restart();
				if (!this.link.connected()) await this.pause(RESTART_MS);
				if (this.stopped) return;
				if (this.link.connected()) {
					this.restarting = false;
					this.link.restored();
					return;
				}
				fault = connectionLost;
			} catch (error) {
				fault = toFault(error);
				// The server answered and said no: the session is gone, and asking again changes nothing.
				if (!mayPass(error)) break;
				await this.pause(RETRY_MS);
			}
		}
		if (!this.stopped) this.link.givenUp(fault);
	}

	private async pause(ms: number): Promise<void> {
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

function mayPass(error: unknown): boolean {
	return error instanceof CallFault && ['PAGE_SERVER_UNREACHABLE', 'PAGE_SERVER_GARBLED'].includes(error.fault.code);
}
