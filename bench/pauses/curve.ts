import { figuresOf, PAUSES_MS } from './figures';
import type { Moment } from './moments';
import { type Way, WORK_MS } from './strategies';

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { left: 64, right: 24, top: 44, bottom: 52 };
const MOST_MS = 1900;
const COLOURS = ['#8a8f98', '#b8860b', '#5b8def', '#3a6ea5', '#7a5195', '#d1495b', '#2a7f62'];
/** The length that the curve is about: most pauses within a sentence are shorter. */
const LENGTH_MS = 800;

function x(ms: number): number {
	return MARGIN.left + (Math.min(ms, MOST_MS) / MOST_MS) * (WIDTH - MARGIN.left - MARGIN.right);
}

function y(share: number): number {
	return HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom);
}

/** False cut-offs in pauses of 800 ms against the median time until the first sound, as SVG: a line each way, its default a dot. */
export function curve(ways: readonly Way[], moments: readonly Moment[], title: string): string {
	const at = PAUSES_MS.indexOf(LENGTH_MS);
	const point = (way: Way, level: number): { ms: number; cut: number } => {
		const { cut, soundMs } = figuresOf(way, moments, level);
		return { ms: soundMs, cut: cut[at]?.share ?? 0 };
	};
	const text = (left: number, top: number, content: string, more = ''): string => `<text x="${left.toFixed(0)}" y="${top.toFixed(0)}" font-size="13" fill="#444" ${more}>${content}</text>`;
	const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>${text(MARGIN.left - 8, y(share) + 4, `${share * 100} %`, 'text-anchor="end"')}`);
	const ticks = [0, 400, 800, 1200, 1600].map((ms) => text(x(ms), HEIGHT - MARGIN.bottom + 20, String(ms), 'text-anchor="middle"'));
	const lines = ways.map((way, index) => {
		const colour = COLOURS[index % COLOURS.length];
		const path = way.levels.map((level) => point(way, level)).map(({ ms, cut }) => `${x(ms).toFixed(1)},${y(cut).toFixed(1)}`);
		const usual = point(way, way.usual);
		const key = text(MARGIN.left + 20, MARGIN.top + 24 + index * 18, way.name, `style="fill:${colour}"`);
		return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/><circle cx="${x(usual.ms).toFixed(1)}" cy="${y(usual.cut).toFixed(1)}" r="5" fill="${colour}"/>${key}`;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">`,
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
		text(MARGIN.left, 24, title, 'font-weight="bold"'),
		...grid,
		...ticks,
		text(WIDTH / 2, HEIGHT - 12, `from the end of what was said to the first sound, median, ms; ${WORK_MS} of it are the engines' work`, 'text-anchor="middle"'),
		...lines,
		'</svg>',
		'',
	].join('\n');
}
