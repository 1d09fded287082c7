/** Looks, once a second. With ICE's own notice of a dead path (connection-watch.ts) whoever has vanished is known within 20 s. */
const SILENT_LOOKS = 15;

/**
 * Whether anything comes from the caller: sound, or messages. ICE calls a connection well for as long as its own checks are
 * answered, by a client that hangs as well, or by one that never had anything to say. Counts looks and no time: a process that
 * is kept waiting accuses nobody.
 */
export class Arrivals {
	private count = 0;
	private looks = 0;

	/** @param none is called once nothing has come for the limit, or not since the connection was made. */
	constructor(private readonly none: () => void) {}

	/** Something has come, at whatever time. */
	get any(): boolean {
		return this.count > 0;
	}

	/** @param count of all that has come so far */
	look(count: number): void {
		this.looks = count === this.count ? this.looks + 1 : 0;
		this.count = count;
		if (this.looks === SILENT_LOOKS) this.none();
	}
}
