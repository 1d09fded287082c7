/** Both take some 20 ms; a browser that takes longer tells nothing. */
const GATHER_LIMIT_MS = 1_000;
const LOAD_LIMIT_MS = 1_000;

/**
 * A window of its own, unseen in this page. Chromium reads the device's addresses when a window makes its first connection; one that
 * has connections already is told of another address two seconds later than it could be. What plays and records stays the page's.
 */
export class NetworkFrame {
	private constructor(
		private readonly element: HTMLIFrameElement,
		private readonly Connection: typeof RTCPeerConnection,
	) {}

	/** Rejects where the browser gives no such window. */
	static async open(): Promise<NetworkFrame> {
		const element = document.createElement('iframe');
		element.hidden = true;
		await new Promise<void>((resolve, reject) => {
			const limit = setTimeout(() => reject(new Error('no frame')), LOAD_LIMIT_MS);
			// Some browsers replace the window that a frame has before.
			element.onload = () => {
				clearTimeout(limit);
				resolve();
			};
			document.body.append(element);
		}).catch((error: unknown) => {
			element.remove();
			throw error;
		});
		const inside = element.contentWindow as (Window & typeof globalThis) | null;
		if (inside?.RTCPeerConnection) return new NetworkFrame(element, inside.RTCPeerConnection);
		element.remove();
		throw new Error('no connections in a frame');
	}

	/** It lives as long as the frame. */
	connection(): RTCPeerConnection {
		return new this.Connection();
	}

	close(): void {
		this.element.remove();
	}
}

/** The addresses that the device has at this moment; empty where the browser hides them. */
export async function addressesNow(): Promise<ReadonlySet<string>> {
	const found = new Set<string>();
	let frame: NetworkFrame | undefined;
	let pc: RTCPeerConnection | undefined;
	try {
		frame = await NetworkFrame.open();
		const connection = (pc = frame.connection());
		connection.createDataChannel('');
		await new Promise<void>((resolve, reject) => {
			const limit = setTimeout(resolve, GATHER_LIMIT_MS);
			connection.onicecandidate = ({ candidate }) => {
				if (candidate?.address && !candidate.address.endsWith('.local')) found.add(candidate.address);
				if (candidate) return;
				clearTimeout(limit);
				resolve();
			};
			connection.setLocalDescription().catch(reject);
		});
	} catch {
		// Then nothing is known of them.
	}
	pc?.close();
	frame?.close();
	return found;
}

/** Knows whether the device is in another network than it was. */
export class NetworkMoves {
	private known: ReadonlySet<string> = new Set();

	constructor(private readonly look: () => Promise<ReadonlySet<string>> = addressesNow) {}

	/** Sound comes by the addresses that there are now. */
	async settled(): Promise<void> {
		this.known = await this.look();
	}

	/** Never for certain where addresses are hidden, or while there are none: then false. */
	async moved(): Promise<boolean> {
		const { known } = this;
		if (known.size === 0) return false;
		const now = await this.look();
		return now.size > 0 && (now.size !== known.size || [...now].some((address) => !known.has(address)));
	}
}
