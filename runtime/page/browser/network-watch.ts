/** Chrome on phones says which kind of network carries the page; other browsers do not. */
interface ConnectionInfo extends EventTarget {
	type?: string;
}

/** Calls `changed` when the device comes back online or moves to another kind of network. */
export function watchNetwork(changed: () => void): () => void {
	const info = (navigator as { connection?: ConnectionInfo }).connection;
	let type = info?.type;
	// `change` also fires for mere estimates of speed.
	const moved = () => {
		if (info?.type === type) return;
		type = info?.type;
		if (navigator.onLine) changed();
	};
	window.addEventListener('online', changed);
	info?.addEventListener('change', moved);
	return () => {
		window.removeEventListener('online', changed);
		info?.removeEventListener('change', moved);
	};
}
