import { dataChannel, sdp } from './fuzz/call-surfaces';
import { fragments, frames } from './fuzz/caller-surfaces';
import { control, recordings, signalling, tokens, toolResults } from './fuzz/http-surfaces';
import { health } from '../runtime/contract/control';
import { Random } from './fuzz/random';
import { serverAnswers } from './fuzz/server-answers';
import type { OpenSurface, Surface, Target, Watched } from './fuzz/surface';
import { openTarget } from './fuzz/target';
import { CannotRun, type Figure, flag, option, report, run } from './report';

/**
 * Hostile inputs for the real runtime, with all its processes: valid ones with something odd in them, by chance, the same for
 * the same seed. Fails where a process ends, an answer does not come, an error is ours, a call stays, or memory grows.
 *
 *     npm run bench fuzz [-- --json] [--count N] [--seed N] [--surface "SDP,signalling,control API,data channel,WAV,servers' answers,tool results,join tokens,sdpfrag,WebSocket frames"] [--from N] [--watch]
 *
 * `--count`: of all inputs together, or of the named surfaces. `--from`: the number of the first, to look at one that did harm. `--watch`: how large the processes are meanwhile.
 */
const SURFACES: readonly Surface[] = [sdp, signalling, control, dataChannel, recordings, serverAnswers, toolResults, tokens, fragments, frames];

const count = Number(option('--count', '100000'));
const seed = Number(option('--seed', String(Math.floor(Math.random() * 1_000_000))));
const from = Number(option('--from', '0'));
const named = option('--surface', SURFACES.map(({ name }) => name).join(',')).split(',');

/** So often processes and memory are looked at, at least. */
const LOOKS = 40;
/** Caches fill and heaps take their size meanwhile: of all looks. */
const WARM_SHARE = 0.3;
/** What is still no growth: heaps breathe. */
const STEADY_MIB = 48;
const SHOWN = 5;
/** Who never connected is given up after 20 s. */
const CALLS_END_MS = 40_000;

interface Harm {
	readonly kind: 'crash' | 'hang' | 'internal error' | 'stuck call';
	readonly index: number;
	readonly what: string;
}

interface Outcome {
	readonly surface: string;
	readonly inputs: number;
	readonly seconds: number;
	readonly harms: Harm[];
	/** Of the process that grew most, after warming up. */
	readonly growthMib: number;
	readonly grown: string;
}

async function fuzz(surface: Surface, inputs: number, target: Target): Promise<Outcome> {
	const open = await surface.open(target);
	const harms: Harm[] = [];
	const memory: Watched[][] = [];
	const since = performance.now();
	try {
		let known = await open.watched();
		const step = Math.max(surface.sideBySide, Math.ceil(inputs / LOOKS));
		for (let done = 0; done < inputs; done += step) {
			const end = Math.min(inputs, done + step);
			await batch(surface, open, target, from + done, from + end, harms);
			const now = await open.watched().catch((error: unknown) => String(error));
			if (typeof now === 'string') {
				harms.push({ kind: 'crash', index: from + done, what: `between input ${from + done} and ${from + end}: ${now}` });
				break;
			}
			for (const { name, pid } of known.filter((each) => !now.some(({ pid: lives }) => lives === each.pid))) {
				harms.push({ kind: 'crash', index: from + done, what: `${name} (process ${pid}) ended between input ${from + done} and ${from + end}` });
			}
			known = now;
			memory.push(now);
			if (flag('--watch')) console.error(`${surface.name} ${from + end}: ${now.map(({ name, rssBytes }) => `${name} ${Math.round(rssBytes / 1024 / 1024)} MiB`).join(', ')}`);
		}
	} finally {
		await open.close().catch(() => undefined);
	}
	const calls = await callsLeft(target.runtime);
	if (calls > 0) harms.push({ kind: 'stuck call', index: from, what: `${calls} calls are still there after ${CALLS_END_MS / 1000} s` });
	return { surface: surface.name, inputs, seconds: (performance.now() - since) / 1000, harms, ...growth(memory) };
}

/** Of all calls of the surface that was there, each has been ended, or its caller never came. */
async function callsLeft({ url, headers }: Target['runtime']): Promise<number> {
	const until = performance.now() + CALLS_END_MS;
	for (;;) {
		// Where the gateway has died, that was noticed.
		const sessions = await fetch(`${url}/v1/health`, { headers, signal: AbortSignal.timeout(CALLS_END_MS) }).then(async (answer) => health.parse(await answer.json()).sessions, () => 0);
		if (sessions === 0 || performance.now() > until) return sessions;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

async function batch({ name, sideBySide }: Surface, open: OpenSurface, { seed: chosen }: Target, start: number, end: number, harms: Harm[]): Promise<void> {
	let next = start;
	const attempt = async (index: number): Promise<string | undefined> => await open.try(index, new Random(chosen, name, index));
	const worker = async (): Promise<void> => {
		while (next < end) {
			const index = next++;
			try {
				const what = await twice(async () => await attempt(index));
				if (what !== undefined) harms.push({ kind: 'internal error', index, what });
			} catch (error) {
				harms.push({ kind: isLate(error) ? 'hang' : 'crash', index, what: error instanceof Error && error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : String(error) });
			}
		}
	};
	await Promise.all(Array.from({ length: sideBySide }, worker));
}

/** A connection that is kept may be closed just as a request goes into it: the same again fails only where somebody has died. */
async function twice<T>(attempt: () => Promise<T>): Promise<T> {
	try {
		return await attempt();
	} catch (error) {
		if (isLate(error)) throw error;
		return await attempt();
	}
}

function isLate(error: unknown): boolean {
	return error instanceof Error && error.name === 'TimeoutError';
}

/** The least that each process had in the first and in the last third after warming up. */
function growth(memory: readonly Watched[][]): { growthMib: number; grown: string } {
	const warm = memory.slice(Math.floor(memory.length * WARM_SHARE));
	const third = Math.max(1, Math.floor(warm.length / 3));
	const least = (looks: readonly Watched[][], wanted: string): number =>
		Math.min(...looks.flatMap((look) => look.filter(({ name }) => name === wanted).map(({ rssBytes }) => rssBytes)));
	const grown = (warm[0] ?? []).map(({ name }) => ({ grown: name, growthMib: (least(warm.slice(-third), name) - least(warm.slice(0, third), name)) / 1024 / 1024 }));
	return grown.reduce((most, each) => (each.growthMib > most.growthMib ? each : most), { grown: '', growthMib: 0 });
}

function figuresOf({ surface, inputs, seconds, harms, growthMib, grown }: Outcome): Figure[] {
	const of = (kind: Harm['kind']): number[] => [harms.filter((harm) => harm.kind === kind).length];
	const figure = (name: string, unit: string, samples: number[], bound = 0): Figure => ({ name: `${surface}: ${name}`, unit, samples, bound });
	return [
		figure('inputs', 'inputs', [inputs], Number.NaN),
		figure('speed', 'inputs/s', [inputs / seconds], Number.NaN),
		figure('crashes', 'crashes', of('crash')),
		figure('hangs', 'hangs', of('hang')),
		figure('internal errors', 'errors', of('internal error')),
		figure('stuck calls', 'runs', of('stuck call')),
		figure(`memory${grown === '' ? '' : ` of ${grown}`}`, 'MiB grown', [growthMib], STEADY_MIB),
	];
}

/** With few inputs nothing has settled, and memory says nothing. */
const MEMORY_COUNTS_FROM = 1000;

function verdict({ surface, inputs, harms, growthMib, grown }: Outcome): string[] {
	const shown = harms.slice(0, SHOWN).map(({ kind, index, what }) => `${surface}: ${kind} at input ${index}: ${what}\n    npm run bench fuzz -- --seed ${seed} --surface "${surface}" --from ${index} --count 1`);
	const more = harms.length > SHOWN ? [`${surface}: ${harms.length - SHOWN} more`] : [];
	const memory = inputs >= MEMORY_COUNTS_FROM && growthMib > STEADY_MIB ? [`${surface}: ${grown} has grown by ${growthMib.toFixed(0)} MiB`] : [];
	return [...shown, ...more, ...memory];
}

async function main(): Promise<void> {
	const unknown = named.filter((name) => !SURFACES.some((surface) => surface.name === name));
	if (unknown.length > 0 || !(count > 0)) throw new CannotRun(`There is no surface "${unknown.join('", "')}". Surfaces: ${SURFACES.map(({ name }) => name).join(', ')}`);
	const chosen = SURFACES.filter(({ name }) => named.includes(name));
	const shares = chosen.reduce((sum, { share }) => sum + share, 0);
	console.error(`seed ${seed}`);
	const { target, ...opened } = await openTarget(seed);
	const outcomes: Outcome[] = [];
	try {
		console.error(`processes ${JSON.stringify((await target.runtime.watched()).map(({ name, pid }) => ({ name, pid })))}`);
		for (const surface of chosen) outcomes.push(await fuzz(surface, Math.max(1, Math.round((count * surface.share) / shares)), target));
	} finally {
		await opened.close();
	}
	report(outcomes.flatMap(figuresOf));
	const harm = outcomes.flatMap(verdict);
	if (harm.length > 0) throw new CannotRun(`seed ${seed}\n${harm.join('\n')}`);
}

run(main);
