import { EVENT_CHANNEL } from '../../contract/page-events';
import type { DataChannel } from './wrtc';

/** Events kept for a page whose channel is not open yet: a greeting's captions, not a conversation. */
const MAX_KEPT = 500;
/** A page that does not read any more must not fill our memory, bytes. */
const MAX_BUFFERED_BYTES = 1_000_000;
/** A page asks for little: two small requests. More is an attack on the gateway behind. */
const MAX_REQUEST_BYTES = 4096;
const MAX_REQUESTS_PER_SECOND = 20;

interface ChannelListener {
	onOpen(): void;
	onRequest(json: string): void;
	/** The page has closed it, or its tab: this arrives at once, while ICE takes 17 s to miss a peer. */
	onClose(): void;
}

/** The data channel for page events, which the page opens. Messages of before that are kept for it. */
export class EventChannel {
	private channel: DataChannel | undefined;
	private kept: string[] = [];
	private secondBegan = 0;
	private requests = 0;
	private announced = false;

	constructor(private readonly listener: ChannelListener) {}

	/** Takes a channel that the peer made; a page has one, any other is closed. */
	adopt(channel: DataChannel): void {
		if (channel.label !== EVENT_CHANNEL || this.channel) {
			channel.close();
			return;
		}
		this.channel = channel;
		channel.onmessage = ({ data }) => this.receive(data);
		channel.onclose = () => {
			if (this.channel !== channel) return;
			this.channel = undefined;
			this.listener.onClose();
		};
		channel.onopen = () => this.opened();
		// A channel made by the peer may be open when it arrives; then no event follows.
		if (channel.readyState === 'open') this.opened();
	}

	send(json: string): void {
		if (this.channel?.readyState !== 'open') {
			if (this.kept.length < MAX_KEPT) this.kept.push(json);
			return;
		}
		if (this.channel.bufferedAmount >= MAX_BUFFERED_BYTES) return;
		try {
			this.channel.send(json);
		} catch {
			// It closed between the look at its state and the sending: onclose follows and says so.
		}
	}

	close(): void {
		const channel = this.channel;
		this.channel = undefined;
		channel?.close();
	}

	private opened(): void {
		for (const json of this.kept.splice(0)) this.send(json);
		if (this.announced) return;
		this.announced = true;
		this.listener.onOpen();
	}

	private receive(data: unknown): void {
		if (typeof data !== 'string' || data.length > MAX_REQUEST_BYTES) return;
		const second = Math.floor(performance.now() / 1000);
		if (second !== this.secondBegan) this.requests = 0;
		this.secondBegan = second;
		if (++this.requests <= MAX_REQUESTS_PER_SECOND) this.listener.onRequest(data);
	}
}
