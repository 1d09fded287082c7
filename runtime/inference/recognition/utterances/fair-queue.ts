/** Whoever has something recognised: a call's caller, or a recording, for which nobody holds the line. */
export interface Asker {
	readonly live: boolean;
}

/** So many utterances of calls go before one of a recording that waits. */
const GO_BEFORE = 8;

/**
 * What waits for a worker. Everybody has one turn at a time, so that nobody who asks often keeps others waiting, and calls go
 * before recordings, which are not left waiting for ever.
 */
export class FairQueue<T> {
	/** In the order of their turns. */
	private readonly calls = new Map<Asker, T[]>();
	private readonly recordings = new Map<Asker, T[]>();
	/** Wait no turn: their worker died. */
	private readonly again: T[] = [];
	private wentBefore = 0;

	/** How many have something waiting. */
	get waiting(): number {
		return this.again.length + this.calls.size + this.recordings.size;
	}

	add(asker: Asker, what: T): void {
		const askers = this.of(asker);
		const mine = askers.get(asker);
		if (mine) mine.push(what);
		else askers.set(asker, [what]);
	}

	/** It had its turn already, in vain. */
	addAgain(what: T): void {
		this.again.push(what);
	}

	/** Does nothing where it no longer waits. */
	remove(asker: Asker, what: T): void {
		const retried = this.again.indexOf(what);
		if (retried >= 0) this.again.splice(retried, 1);
		const askers = this.of(asker);
		const left = askers.get(asker)?.filter((each) => each !== what);
		if (!left) return;
		if (left.length > 0) askers.set(asker, left);
		else askers.delete(asker);
	}

	next(): T | undefined {
		const retried = this.again.shift();
		if (retried !== undefined) return retried;
		const recording = this.recordings.size > 0 && (this.calls.size === 0 || this.wentBefore >= GO_BEFORE);
		this.wentBefore = recording || this.recordings.size === 0 ? 0 : this.wentBefore + 1;
		return nextOf(recording ? this.recordings : this.calls);
	}

	private of({ live }: Asker): Map<Asker, T[]> {
		return live ? this.calls : this.recordings;
	}
}

/** The first one's oldest; then it is the others' turn. */
function nextOf<T>(askers: Map<Asker, T[]>): T | undefined {
	const [first] = askers;
	if (!first) return undefined;
	const [asker, [what, ...others]] = first;
	askers.delete(asker);
	if (others.length > 0) askers.set(asker, others);
	return what;
}
