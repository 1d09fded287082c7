import { circlesOf, reached } from './circles.ts';
import { type House, kindOf } from './house.ts';
import type { SourceFile } from './source-file.ts';

/** What each room may import, rooms or single files: rooms.mjs. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

export interface Failure {
	readonly what: string;
	readonly where: readonly string[];
	readonly remedy: string;
}

export const TINY_LINES = 20;
export const TINY_SHARE = 0.06;
/** Where the order of events matters most. */
const CONCURRENT = ['runtime/gateway', 'runtime/rpc', 'runtime/inference/scheduler'];

export function within(file: string, folder: string): boolean {
	return file.startsWith(`${folder}/`);
}

export function production(house: House, folder: string): SourceFile[] {
	return [...house.files.values()].filter(({ path }) => within(path, folder) && kindOf(path) === 'production');
}

export function tinyFiles(house: House): SourceFile[] {
	return production(house, 'runtime').filter(({ lines }) => lines <= TINY_LINES);
}

export function checkCircles(house: House): Failure[] {
	return circlesOf(house).map((files) => ({
		what: 'These files import each other in a circle, types included.',
		where: [[...files, files[0]].join(' -> ')],
		remedy: 'Move what both sides need into a file below them, or hand it in as an argument.',
	}));
}

export function checkArrows(house: House, rooms: Rooms): Failure[] {
	const roomOf = (file: string): string | undefined => Object.keys(rooms).find((room) => within(file, room));
	const upward = house.arrows.filter(({ from, to }) => {
		const room = roomOf(from);
		if (room === undefined || within(to, room)) return false;
		const allowed = rooms[room] ?? [];
		// What a test borrows from test/ is no part of the room.
		if (roomOf(to) === undefined && kindOf(from) !== 'production') return false;
		return !allowed.some((place) => to === place || within(to, place));
	});
	const homeless = [...house.files.keys()].filter((file) => within(file, 'runtime') && roomOf(file) === undefined);
	return [
		...upward.map(({ from, to }) => ({
			what: `${roomOf(from)} may not import ${roomOf(to) ?? 'what is outside of the rooms'}.`,
			where: [`${from} -> ${to}`],
			remedy: 'Move the file, or move what it needs to a room below both. What each room may import stands in test/shape/rooms.mjs.',
		})),
		...homeless.map((file) => ({
			what: 'This file is in no room.',
			where: [file],
			remedy: 'Move it into one, or add its folder to test/shape/rooms.mjs with what it may import.',
		})),
	];
}

export function checkNames(house: House): Failure[] {
	const places = new Map<string, string[]>();
	for (const { path, exports } of house.files.values()) {
		if (kindOf(path) === 'test' || !['runtime', 'nodes', 'credentials'].some((folder) => within(path, folder))) continue;
		for (const name of exports) places.set(name, [...(places.get(name) ?? []), path]);
	}
	return [...places]
		.filter(([, files]) => files.length > 1)
		.map(([name, files]) => ({
			what: `The name ${name} is defined and exported in ${files.length} files.`,
			where: files,
			remedy: 'One name for one thing: give each thing a name of its own, or define it once and import it.',
		}));
}

export function checkTiny(house: House): Failure[] {
	const tiny = tinyFiles(house);
	const share = tiny.length / Math.max(1, production(house, 'runtime').length);
	if (share <= TINY_SHARE) return [];
	return [
		{
			what: `${(share * 100).toFixed(1)} % of the files in runtime have ${TINY_LINES} lines or fewer; ${TINY_SHARE * 100} % may.`,
			where: tiny.map(({ path, lines }) => `${path} (${lines} lines)`),
			remedy: 'Join some of them with the file that uses them.',
		},
	];
}

export function checkTested(house: House): Failure[] {
	const next = new Map<string, Set<string>>();
	for (const { from, to, typeOnly } of house.arrows) if (!typeOnly) next.set(from, (next.get(from) ?? new Set()).add(to));
	const tests = [...house.files.keys()].filter((file) => kindOf(file) === 'test' && ['runtime', 'nodes', 'test'].some((folder) => within(file, folder)));
	const tested = new Set(tests.flatMap((test) => [...reached(test, next)]));
	const where = CONCURRENT.flatMap((folder) => production(house, folder))
		.filter(({ path, waits }) => waits && !tested.has(path))
		.map(({ path }) => path);
	if (where.length === 0) return [];
	return [
		{
			what: 'These files await or set timers, and no test imports them, directly or by way of others.',
			where,
			remedy: 'Write a test that imports the file and plays its events in each order that can happen. An import of types does not count.',
		},
	];
}
