import { setTimeout as sleep } from 'node:timers/promises';
import { callerVoice } from '../runtime/cli/call/caller-voice';
import { type CrashCaller, until } from '../test/link/crash-caller';
import { CrashWorld, type Victim } from '../test/link/crash-world';
import { Random } from './fuzz/random';
import { CannotRun, type Figure, option, report, run } from './report';

/**
 * `kill -9` of the gateway, of the media process and of the models' process, at points of a conversation that are drawn by chance, the
 * same for the same seed: real processes, a real WebRTC caller who comes back by themselves as the page does, a workflow that asks
 * through the nodes' own client, a tool that is counted outside.
 *
 *     npm run bench crashes [-- --json] [--points N] [--seed N] [--kill gateway,media,inference] [--from N]
 *
 * `--from`: the number of the first point, to look at one that did harm.
 */
const points = Number(option('--points', '200'));
const seed = Number(option('--seed', String(Math.floor(Math.random() * 1_000_000))));
const from = Number(option('--from', '0'));
const victims = option('--kill', 'gateway,gateway,gateway,media,inference').split(',') as Victim[];

const REQUEST = 'what is on my calendar tomorrow';
const THANKS = 'thank you';
/** From the caller's first word on: sentence, thought, tool, thought, speech, and a moment of silence. */
const ROUND_MS = 8500;
/** A turn may be made of what was said before. */
const QUIET_MS = 2500;
/** A point that does not come to its end by then hangs. */
const POINT_LIMIT_MS = 90_000;

interface Outcome {
	readonly point: number;
	readonly victim: Victim;
	readonly atMs: number;
	/** What the page showed then. */
	readonly during: string;
	readonly backMs: number;
	readonly wordsLost: string[];
	/** Turns that the recogniser did not understand: half a sentence that the kill left. The caller is asked again. */
	readonly unclear: number;
	readonly resultsLost: string[];
	readonly startedTwice: string[];
	readonly failures: string[];
}

function wordsOf(text: string): string[] {
	return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/** Of the first text's words, in their order, those that the second does not have. */
function missing(words: readonly string[], there: readonly string[]): string[] {
	let at = 0;
	return words.filter((word) => {
		const found = there.indexOf(word, at);
		if (found >= 0) at = found + 1;
		return found < 0;
	});
}

/** From the kill on until the caller hears and is heard again, in the same call. */
async function backAfter(world: CrashWorld, caller: CrashCaller, victim: Victim): Promise<number> {
	const since = performance.now();
	const resumed = (): number => caller.of('session.started').filter((event) => event.resumed).length;
	const [before, call] = [resumed(), caller.sessionId];
	const restarted = world.kill(victim).then(() => performance.now());
	if (victim === 'inference') return (await restarted) - since;
	await until(() => resumed() > before && (caller.connectedAt.at(-1) ?? 0) > since);
	const back = performance.now() - since;
	await restarted;
	if (caller.sessionId !== call) throw new Error('the caller is in another call');
	return back;
}

async function quiet(world: CrashWorld, caller: CrashCaller): Promise<void> {
	for (let since = performance.now(), seen = -1; performance.now() - since < QUIET_MS; await sleep(50)) {
		if (world.idle && caller.state === 'listening' && world.executions.length === seen) continue;
		[since, seen] = [performance.now(), world.executions.length];
	}
}

async function attempt(world: CrashWorld, point: number, said: { request: Int16Array; thanks: Int16Array }): Promise<Outcome> {
	const random = new Random(seed, 'crashes', point);
	const victim = victims[random.below(victims.length)] ?? 'gateway';
	const atMs = random.below(ROUND_MS);
	world.forget();
	const caller = await world.caller().call();
	try {
		caller.says(said.request);
		await sleep(atMs);
		const shown = [...caller.events].reverse().find(({ type }) => type === 'caption.partial' || type === 'caption.final');
		const under = shown?.type === 'caption.partial' ? wordsOf(shown.text) : [];
		const during = caller.state ?? 'before';
		const backMs = await backAfter(world, caller, victim);
		await quiet(world, caller);
		const asked = (): boolean => world.shown.some((messages) => messages.findLast(({ role }) => role === 'user')?.content?.includes('thank'));
		while (!asked()) {
			caller.says(said.thanks);
			await Promise.race([until(asked), sleep(8000)]);
		}
		await quiet(world, caller);
		const messages = world.shown.at(-1) ?? [];
		const users = wordsOf(messages.filter(({ role }) => role === 'user').map(({ content }) => content ?? '').join(' '));
		const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? '').join(' ');
		// What a page was shown as a turn, and what n8n was told.
		const unclear = caller.of('caption.final').filter(({ understood }) => !understood).length;
		const turns = [...caller.of('caption.final').map(({ text }) => text), ...world.executions.map(({ text }) => text)];
		return {
			point,
			victim,
			atMs,
			during,
			backMs,
			// What was shown of words that were not understood in the end is taken back in sight of the caller.
			wordsLost: [...(unclear > 0 ? [] : missing(under, users)), ...turns.flatMap((text) => missing(wordsOf(text), users))],
			unclear,
			resultsLost: [...world.given].filter(([, number]) => !results.includes(number)).map(([id]) => id),
			startedTwice: [...world.runs].filter(([, count]) => count > 1).map(([id]) => id),
			// The death of the models' process is told to a node that waits for them: its turn fails with a typed error.
			failures: world.executions.flatMap(({ error }) => (error && !(victim === 'inference' && error.code === 'VOICE_ERR_INFERENCE_LOST') ? [`${error.code}: ${error.message}`] : [])),
		};
	} finally {
		await caller.stop();
	}
}

function told({ point, victim, atMs, during, backMs, wordsLost, resultsLost, startedTwice, failures }: Outcome): string {
	const harm = [
		...(wordsLost.length > 0 ? [`words lost: ${wordsLost.join(' ')}`] : []),
		...(resultsLost.length > 0 ? [`results lost: ${resultsLost.join(' ')}`] : []),
		...(startedTwice.length > 0 ? [`started twice: ${startedTwice.join(' ')}`] : []),
		...failures,
	];
	return `${point - from + 1}/${points} ${victim} killed after ${atMs} ms (${during}): back after ${Math.round(backMs)} ms${harm.length > 0 ? `; ${harm.join('; ')}` : ''}`;
}

function figures(outcomes: readonly Outcome[]): Figure[] {
	const bounds: Record<Victim, number> = { gateway: 5000, media: 2000, inference: 5000 };
	const killed = [...new Set(victims)];
	const count = (name: string, of: (outcome: Outcome) => readonly string[]): Figure => ({ name, unit: 'in all points', samples: [outcomes.reduce((sum, outcome) => sum + of(outcome).length, 0)], bound: 0 });
	return [
		...killed.map((victim) => ({ name: victim === 'inference' ? 'models answer again, inference killed' : `back in conversation, ${victim} killed`, unit: 'ms', samples: outcomes.filter((outcome) => outcome.victim === victim).map(({ backMs }) => backMs), bound: bounds[victim] })),
		count('words lost', ({ wordsLost }) => wordsLost),
		{ name: 'turns not understood after the kill', unit: 'in all points', samples: [outcomes.reduce((sum, { unclear }) => sum + unclear, 0)], bound: Number.NaN },
		count('finished tool results lost', ({ resultsLost }) => resultsLost),
		count('tools started twice', ({ startedTwice }) => startedTwice),
		count('executions failed', ({ failures }) => failures),
	];
}

async function main(): Promise<void> {
	console.error(`seed ${seed}`);
	const voice = callerVoice('');
	const [request, thanks] = await Promise.all([voice(REQUEST), voice(THANKS)]);
	const world: CrashWorld = await CrashWorld.start();
	const outcomes: Outcome[] = [];
	const harm: string[] = [];
	try {
		for (let point = from; point < from + points; point++) {
			const hangs = sleep(POINT_LIMIT_MS, undefined);
			const outcome: Outcome | undefined = await Promise.race([attempt(world, point, { request, thanks }), hangs]);
			if (!outcome) throw new CannotRun(`Point ${point} of seed ${seed} hangs:\n    npm run bench crashes -- --seed ${seed} --from ${point} --points 1`);
			outcomes.push(outcome);
			console.error(told(outcome));
			const { wordsLost, resultsLost, startedTwice, failures } = outcome;
			if (wordsLost.length + resultsLost.length + startedTwice.length + failures.length > 0) harm.push(`${told(outcome)}\n    npm run bench crashes -- --seed ${seed} --from ${point} --points 1`);
		}
	} finally {
		await world.stop();
	}
	report(figures(outcomes));
	if (harm.length > 0) throw new CannotRun(`seed ${seed}\n${harm.join('\n')}`);
}

run(main);
