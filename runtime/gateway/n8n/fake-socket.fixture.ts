import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import type { TriggerEvent } from '../../contract/turn';

/** The gateway's end of a WebSocket whose other end is the test. */
export class FakeSocket extends EventEmitter {
	readonly OPEN = 1;
	readyState = 1;
	pings = 0;
	closedWith: number | undefined;
	terminated = false;
	/** Set: the next message cannot be sent. */
	broken: Error | undefined;
	readonly sent: string[] = [];

	/** What the gateway takes is far more; this is all that it uses. */
	get asWebSocket(): WebSocket {
		return this as unknown as WebSocket;
	}

	send(text: string, sent: (error?: Error) => void): void {
		this.sent.push(text);
		sent(this.broken);
	}

	ping(): void {
		this.pings++;
	}

	/** The closing handshake begins; `gone()` is its end. */
	close(code: number): void {
		this.closedWith = code;
		this.readyState = 2;
	}

	terminate(): void {
		this.terminated = true;
		this.gone();
	}

	gone(): void {
		this.readyState = 3;
		this.emit('close');
	}

	/** A message of the other end. */
	says(message: unknown): void {
		this.emit('message', Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));
	}

	/** The id of the newest event that was pushed. */
	get pushed(): string {
		return (JSON.parse(this.sent.at(-1) ?? '{}') as { id: string }).id;
	}

	acknowledges(id = this.pushed): void {
		this.says({ type: 'ack', id });
	}
}

export const EVENT: TriggerEvent = { event: 'sessionStarted', sessionId: `s_${'s'.repeat(24)}`, at: '2026-01-01T00:00:00.000Z' };
