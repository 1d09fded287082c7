/** A run of tokens that comes again and again: so many in all, and so often, are no speech any more. */
const CIRCLE_TOKENS = 24;
const CIRCLE_TIMES = 4;
const LONGEST_CIRCLE = 20;

export interface ChosenToken {
	/** -1 where none can be chosen: the model gives no numbers. */
	readonly token: number;
	/** Of all that may be chosen. */
	readonly logProb: number;
}

/** Which token comes next: the likeliest of those that may stand there. */
export class TokenChoice {
	private readonly spoken: Uint8Array;
	private readonly beginning: Uint8Array;

	/** @param bytes what tokens stand for: those that stand for nothing are chosen never, but for `end` */
	constructor(bytes: ReadonlyArray<Buffer | undefined>, end: number, suppressed: { readonly always: readonly number[]; readonly first: readonly number[] }) {
		const size = Math.max(bytes.length, end + 1);
		this.spoken = Uint8Array.from({ length: size }, (_, id) => (id === end || bytes[id] ? 1 : 0));
		for (const id of suppressed.always) if (id !== end) this.spoken[id] = 0;
		this.beginning = this.spoken.slice();
		for (const id of suppressed.first) this.beginning[id] = 0;
	}

	choose(logits: Float32Array, first: boolean): ChosenToken {
		const allowed = first ? this.beginning : this.spoken;
		const token = likeliest(logits, (id) => allowed[id] === 1);
		const most = logits[token];
		if (most === undefined) return { token: -1, logProb: -Infinity };
		let sum = 0;
		for (let id = 0; id < logits.length; id++) if (allowed[id] === 1) sum += Math.exp((logits[id] ?? -Infinity) - most);
		return { token, logProb: -Math.log(sum) };
	}
}

/** -1 where none of those that are allowed has a number. */
export function likeliest(logits: Float32Array, allowed: (id: number) => boolean): number {
	let best = -1;
	let most = -Infinity;
	for (let id = 0; id < logits.length; id++) {
		const each = logits[id] ?? -Infinity;
		if (each > most && allowed(id)) {
			best = id;
			most = each;
		}
	}
	return best;
}

/** How likely the token is among all. */
export function probabilityOf(logits: Float32Array, token: number): number {
	const most = logits.reduce((greatest, each) => Math.max(greatest, each), -Infinity);
	const sum = logits.reduce((all, each) => all + Math.exp(each - most), 0);
	return Math.exp((logits[token] ?? -Infinity) - most) / sum;
}

/** Whether a text goes round in circles at its end: nothing else will come. */
export function goesInCircles(tokens: readonly number[]): boolean {
	for (let period = 1; period <= LONGEST_CIRCLE; period++) {
		const length = period * Math.max(CIRCLE_TIMES, Math.ceil(CIRCLE_TOKENS / period));
		if (tokens.length < length) continue;
		const from = tokens.length - length;
		let same = true;
		for (let at = from + period; same && at < tokens.length; at++) same = tokens[at] === tokens[at - period];
		if (same) return true;
	}
	return false;
}
