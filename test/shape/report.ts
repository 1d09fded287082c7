import {
	checkArrows,
	checkCircles,
	checkNames,
	checkTested,
	checkTiny,
	type Failure,
	production,
	type Rooms,
	TINY_LINES,
	TINY_SHARE,
	tinyFiles,
	within,
} from './checks.ts';
import { type House, type Kind, kindOf } from './house.ts';

export interface Report {
	readonly text: string;
	readonly failures: readonly Failure[];
}

export function reportOn(house: House, rooms: Rooms): Report {
	const circles = checkCircles(house);
	const arrows = checkArrows(house, rooms);
	const names = checkNames(house);
	const untested = checkTested(house);
	const failures = [...circles, ...arrows, ...names, ...checkTiny(house), ...untested];
	const files = production(house, 'runtime').length;
	const tiny = tinyFiles(house).length;
	const share = ((tiny / Math.max(1, files)) * 100).toFixed(1);
	const counts: [string, string][] = [
		['production files in runtime', `${files}`],
		[`of ${TINY_LINES} lines or fewer`, `${tiny} (${share} %, at most ${TINY_SHARE * 100} %)`],
		['names defined twice', `${names.length}`],
		['circles of imports', `${circles.length}`],
		['upward arrows', `${arrows.length}`],
		['files that wait and that no test imports', `${untested.flatMap(({ where }) => where).length}`],
	];
	const width = Math.max(...counts.map(([name]) => name.length));
	const text = [
		...counts.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
		'',
		...table(house, Object.keys(rooms)),
		...failures.flatMap(({ what, where, remedy }) => ['', `✗ ${what}`, ...where.map((place) => `    ${place}`), `  ${remedy}`]),
	].join('\n');
	return { text, failures };
}

function table(house: House, rooms: readonly string[]): string[] {
	const rows = rooms.map((room) => {
		const lines = (kind: Kind): number =>
			[...house.files.values()].filter(({ path }) => within(path, room) && kindOf(path) === kind).reduce((sum, file) => sum + file.lines, 0);
		const [source, tests, fixtures] = [lines('production'), lines('test'), lines('fixture')];
		return [room, `${production(house, room).length}`, `${source}`, `${tests}`, `${fixtures}`, source === 0 ? '-' : (tests / source).toFixed(2)];
	});
	const all = [['room', 'files', 'lines', 'test lines', 'fixture lines', 'test lines per line'], ...rows];
	const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? [];
	return all.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
}
