/** Rounds of one size that are remembered, and that are needed before they say anything. */
const MEMORY = 32;
const ENOUGH = 8;

/** One round of a lane, from its start to its last token. */
export interface Round {
	/** Tokens that the model wrote meanwhile. */
	readonly written: number;
	/** Tokens of a prompt that were read. */
	readonly read: number;
	readonly ms: number;
}

class Recent {
	private readonly costs: number[] = [];

	add(cost: number): void {
		this.costs.push(cost);
		if (this.costs.length > MEMORY) this.costs.shift();
	}

	/** The quick quarter counts: the other rounds had to share the machine with another model. */
	get quick(): number | undefined {
		if (this.costs.length < ENOUGH) return undefined;
		return [...this.costs].sort((a, b) => a - b)[Math.floor(this.costs.length / 4)];
	}
}

/** What a lane was seen to do, tokens a second. Undefined: too little was seen. */
export class Meter {
	private readonly writing = new Map<number, Recent>();
	private readonly reading = new Recent();

	/** Smaller batches than `fewest` tell nothing of what it can do. */
	constructor(private readonly fewest: number) {}

	took({ written, read, ms }: Round): void {
		if (ms <= 0) return;
		if (read > 0) this.reading.add(ms / read);
		else if (written >= this.fewest) this.recent(written).add(ms / written);
	}

	/** All sequences together, at the batch size that has proved best. */
	get written(): number | undefined {
		const costs = [...this.writing.values()].flatMap(({ quick }) => quick ?? []);
		return costs.length === 0 ? undefined : 1000 / Math.min(...costs);
	}

	get read(): number | undefined {
		const { quick } = this.reading;
		return quick === undefined ? undefined : 1000 / quick;
	}

	private recent(size: number): Recent {
		const known = this.writing.get(size) ?? new Recent();
		this.writing.set(size, known);
		return known;
	}
}
