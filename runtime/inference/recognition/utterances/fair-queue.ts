/** Whoever has something recognised: a call's caller, or a recording, for which nobody holds the line. */
export interface UtteranceOwner {
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
	private readonly calls = new Map<UtteranceOwner, T[]>();
	private readonly recordings = new Map<UtteranceOwner, T[]>();
	/** Wait no turn: their worker died. */
	private readonly again: T[] = [];
	private wentBefore = 0;

	/** How many have something waiting. */
	get waiting(): number {
		return this.again.length + this.calls.size + this.recordings.size;
	}

	add(owner: UtteranceOwner, what: T): void {
		const owners = this.of(owner);
		const mine = owners.get(owner);
		if (mine) mine.push(what);
		else owners.set(owner, [what]);
	}

	/** It had its turn already, in vain. */
	addAgain(what: T): void {
		this.again.push(what);
	}

	/** Does nothing where it no longer waits. */
	remove(owner: UtteranceOwner, what: T): void {
		const retried = this.again.indexOf(what);
		if (retried >= 0) this.again.splice(retried, 1);
		const owners = this.of(owner);
		const left = owners.get(owner)?.filter((each) => each !== what);
		if (!left) return;
		if (left.length > 0) owners.set(owner, left);
		else owners.delete(owner);
	}

	next(): T | undefined {
		const retried = this.again.shift();
		if (retried !== undefined) return retried;
		const recording = this.recordings.size > 0 && (this.calls.size === 0 || this.wentBefore >= GO_BEFORE);
		this.wentBefore = recording || this.recordings.size === 0 ? 0 : this.wentBefore + 1;
		return nextOf(recording ? this.recordings : this.calls);
	}

	private of({ live }: UtteranceOwner): Map<UtteranceOwner, T[]> {
		return live ? this.calls : this.recordings;
	}
}

/** The first one's oldest; then it is the others' turn. */
function nextOf<T>(owners: Map<UtteranceOwner, T[]>): T | undefined {
	const [first] = owners;
	if (!first) return undefined;
	const [owner, [what, ...others]] = first;
	owners.delete(owner);
	if (others.length > 0) owners.set(owner, others);
	return what;
}
