import type { Asker } from '../../contract/control';

/**
 * What the tries of each node have come to in a turn. n8n tries a node again from its first item, and tells neither the
 * node nor us which try it is: so failures are counted, and what an item got is given again instead of done again.
 */
export class NodeTries {
	private readonly failures = new Map<string, number>();
	private readonly done = new Map<string, unknown>();

	/** The node run has failed. Returns how often by now: n8n ends a try at its first failure. */
	failed(asker: Asker): number {
		const run = runOf(asker);
		if (run === undefined) return 1;
		const count = (this.failures.get(run) ?? 0) + 1;
		this.failures.set(run, count);
		return count;
	}

	/** Runs `act`, unless a try before has already had what it gives. */
	async once<T>(asker: Asker, act: () => Promise<T>, isLast: (result: T) => boolean = () => true): Promise<T> {
		const item = itemOf(asker);
		if (item === undefined) return await act();
		if (this.done.has(item)) return this.done.get(item) as T;
		const result = await act();
		if (isLast(result)) this.done.set(item, result);
		return result;
	}

	/** In a process before this one. */
	haveDone(asker: Asker, result: unknown): void {
		const item = itemOf(asker);
		if (item !== undefined) this.done.set(item, result);
	}
}

function runOf({ executionId, node, run }: Asker): string | undefined {
	return run === undefined ? undefined : JSON.stringify([executionId, node, run]);
}

function itemOf(asker: Asker): string | undefined {
	const run = runOf(asker);
	return run === undefined || asker.item === undefined ? undefined : `${run} ${asker.item}`;
}

/** Another try of the very same work. */
export function isSameWork(one: Asker, other: Asker): boolean {
	return runOf(one) !== undefined && runOf(one) === runOf(other) && one.item === other.item;
}
