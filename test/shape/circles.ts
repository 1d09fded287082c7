import type { House } from './house.ts';

/** Groups of files of which each reaches each other, types included; of each group one shortest way round. */
export function circlesOf(house: House): string[][] {
	const next = new Map<string, Set<string>>();
	for (const { from, to } of house.arrows) next.set(from, (next.get(from) ?? new Set()).add(to));
	const circles: string[][] = [];
	const told = new Set<string>();
	for (const file of house.files.keys()) {
		if (told.has(file)) continue;
		const circle = wayBack(file, next);
		if (!circle) continue;
		circles.push(circle);
		const onward = reached(file, next);
		for (const other of onward) if (reached(other, next).has(file)) told.add(other);
	}
	return circles;
}

/** Shortest first. @returns from the file to the last one that imports it */
function wayBack(file: string, next: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
	const before = new Map<string, string>();
	const queue = [file];
	for (const at of queue) {
		for (const to of next.get(at) ?? []) {
			if (to === file) return way(at, before);
			if (before.has(to)) continue;
			before.set(to, at);
			queue.push(to);
		}
	}
	return undefined;
}

function way(last: string, before: ReadonlyMap<string, string>): string[] {
	const files = [last];
	for (let at = before.get(last); at !== undefined; at = before.get(at)) files.unshift(at);
	return files;
}

export function reached(start: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
	const seen = new Set<string>();
	const queue = [start];
	for (const at of queue) {
		for (const to of next.get(at) ?? []) {
			if (seen.has(to)) continue;
			seen.add(to);
			queue.push(to);
		}
	}
	return seen;
}
