/**
 * The last samples of an endless sound, each known by its number since the beginning. Sound older than the
 * capacity is forgotten.
 */
export class SoundMemory {
	private readonly ring: Int16Array;
	private written = 0;

	constructor(capacity: number) {
		this.ring = new Int16Array(capacity);
	}

	/** The number that the next sample will have. */
	get end(): number {
		return this.written;
	}

	/** The oldest sample that is still known. */
	get start(): number {
		return Math.max(this.written - this.ring.length, 0);
	}

	push(samples: Int16Array): void {
		const capacity = this.ring.length;
		const kept = samples.subarray(Math.max(samples.length - capacity, 0));
		const at = (this.written + samples.length - kept.length) % capacity;
		const room = Math.min(kept.length, capacity - at);
		this.ring.set(kept.subarray(0, room), at);
		this.ring.set(kept.subarray(room), 0);
		this.written += samples.length;
	}

	/** A copy of the samples numbered `from` to before `to`; what is forgotten or not yet there is left out. */
	read(from: number, to: number): Int16Array {
		const first = Math.max(from, this.start);
		const copy = new Int16Array(Math.max(Math.min(to, this.written) - first, 0));
		const at = first % this.ring.length;
		const room = Math.min(copy.length, this.ring.length - at);
		copy.set(this.ring.subarray(at, at + room));
		copy.set(this.ring.subarray(0, copy.length - room), room);
		return copy;
	}
}
