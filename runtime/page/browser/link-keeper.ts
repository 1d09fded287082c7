import type { Fault } from './faults';
import { CallFault, connectionLost, toFault } from './faults';

/** ICE calls a path `disconnected` after some missed checks and often finds it again by itself. */
const PATIENCE_MS = 3_000;
/** After an answered offer: how long its checks may take on a slow network. */
const CONNECT_MS = 6_000;
/** Between tries while the server cannot be reached, and after so many of them. */
const RETRY_MS = 1_000;
const PATIENT_TRIES = 30;
const PATIENT_RETRY_MS = 3_000;
/** A server may ask for more. */
const MOST_WAIT_MS = 60_000;

export interface Link {
	/** One ICE restart: re-offer, answer applied. Rejects with a CallFault. */
	restart: () => Promise<void>;
	/** A new connection into the same call: its offer, answer applied. Rejects with a CallFault. */
	rejoin: (moved: boolean) => Promise<void>;
	/** The device has other addresses than the connection knows. */
	moved: () => Promise<boolean>;
	connected: () => boolean;
	lost: () => void;
	/** It did not help, because of this, and is tried again. */
	trying: (fault: Fault) => void;
	restored: () => void;
	/** The server says that there is no such call any more. */
	givenUp: (fault: Fault) => void;
}

/**
 * Decides when a call's path is lost, and brings it back: by an ICE restart where the connection still lives, else by a new
 * connection. It goes on for as long as the call waits for its caller, which only the server knows.
 */
export class LinkKeeper {
	private patience: ReturnType<typeof setTimeout> | undefined;
	private busy = false;
	private stopped = false;
	/** Wakes the loop out of its pause. */
	private wake: () => void = () => undefined;

	constructor(private readonly link: Link) {}

	connectionChanged(state: RTCPeerConnectionState): void {
		if (state === 'connected') {
			clearTimeout(this.patience);
			this.wake();
		} else if (state === 'failed') {
			void this.bringBack(false);
		} else if (state === 'disconnected') {
			clearTimeout(this.patience);
			this.patience = setTimeout(() => void this.bringBack(false), PATIENCE_MS);
		}
	}

	/** Another network, or no sound although ICE notices nothing: no reason to wait. */
	pathDoubted(): void {
		void this.bringBack(false);
	}

	/** The connection is gone for good, or there never was one on this page. */
	linkGone(): void {
		void this.bringBack(true);
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.patience);
		this.wake();
	}

	private async bringBack(anew: boolean): Promise<void> {
		if (this.busy || this.stopped) return;
		clearTimeout(this.patience);
		this.busy = true;
		this.link.lost();
		let rejoining = anew;
		for (let tries = 1; !this.stopped; tries++) {
			try {
				const moved = await this.link.moved();
				if (this.stopped) return;
				// A restart would offer the addresses that are gone.
				rejoining ||= moved;
				await (rejoining ? this.link.rejoin(moved) : this.link.restart());
				if (!this.link.connected()) await this.pause(CONNECT_MS);
				if (this.stopped) return;
				if (this.link.connected()) break;
				this.link.trying(connectionLost);
				rejoining = true;
			} catch (error) {
				if (this.stopped) return;
				if (rejoining && isOver(error)) return this.link.givenUp(toFault(error));
				this.link.trying(toFault(error));
				// The server answered and said no to this connection, which says nothing of the call.
				if (!rejoining && !mayPass(error)) rejoining = true;
				else await this.pause(Math.max(tries < PATIENT_TRIES ? RETRY_MS : PATIENT_RETRY_MS, waitOf(error)));
			}
		}
		this.busy = false;
		if (!this.stopped) this.link.restored();
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

function codeOf(error: unknown): string {
	return error instanceof CallFault ? error.fault.code : '';
}

/** The server asks for so much patience, ms. */
function waitOf(error: unknown): number {
	return Math.min((error instanceof CallFault ? (error.fault.retryAfterSeconds ?? 0) : 0) * 1000, MOST_WAIT_MS);
}

function mayPass(error: unknown): boolean {
	return ['PAGE_OFFLINE', 'PAGE_SERVER_UNREACHABLE', 'PAGE_SERVER_GARBLED', 'PAGE_TOO_MANY', 'PAGE_NOT_LET_IN', 'PAGE_N8N_UNREACHABLE', 'PAGE_N8N_AWAY', 'PAGE_N8N_STARTING', 'VOICE_ERR_NOT_LISTENING'].includes(codeOf(error));
}

/** All else passes: n8n that starts, a runtime that comes back, a process that is being loaded. */
function isOver(error: unknown): boolean {
	return ['VOICE_ERR_CALL_UNKNOWN', 'VOICE_ERR_CALLER_REFUSED', 'VOICE_ERR_BAD_OFFER', 'VOICE_ERR_BAD_REQUEST', connectionLost.code].includes(codeOf(error));
}
