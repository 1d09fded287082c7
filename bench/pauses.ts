import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../runtime/lib/package-root';
import { curve } from './pauses/curve';
import { figuresOf, PAUSES_MS, type Share } from './pauses/figures';
import { listen, type Moment, missingPrograms, weightsIn } from './pauses/moments';
import { WAYS } from './pauses/strategies';
import { CannotRun, flag, option, percentile, run } from './report';

/**
 * How often a pause ends the turn, and how long the end of a turn is waited for, on the scenes that no threshold was chosen
 * on: each strategy, the default, smart-turn and silence alone. What is heard, the detector's and the model's answers are real;
 * time is virtual. Nothing is speculative. `--moments FILE` keeps what was heard, `--training` shows those scenes,
 * `--picture FILE` draws the curve.
 */
async function momentsOf(): Promise<Moment[]> {
	const kept = option('--moments', '');
	if (kept !== '' && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Moment[];
	const weights = weightsIn(path.join(packageRoot(), 'node_modules', '.cache', 'voice-loop', 'real-weights'));
	if (!weights) throw new CannotRun('The bench needs the real models that the set-up fetches: node deploy/local/setup.mjs test');
	const missing = missingPrograms();
	if (missing.length > 0) throw new CannotRun(`This machine has no ${missing.join(', no ')}.`);
	const moments = await listen(weights, (line) => console.error(line));
	if (kept !== '') writeFileSync(kept, JSON.stringify(moments));
	return moments;
}

function percent({ share, low, high }: Share): string {
	return `${Math.round(share * 100)} % (${Math.round(low * 100)} to ${Math.round(high * 100)})`;
}

const GROUPS: readonly [name: string, of: (moment: Moment) => boolean][] = [
	['a recorded person, text by Whisper', ({ voice }) => voice === 'human'],
	['four synthetic voices, text known', ({ voice }) => voice !== 'human'],
	['of those, with the tools of a calendar', ({ voice, tools }) => voice !== 'human' && tools],
	['of those, answers: numbers, names, addresses', ({ voice, asked }) => voice !== 'human' && asked],
];

run(async () => {
	const all = await momentsOf();
	const set = flag('--training') ? 'training' : 'test';
	const moments = all.filter((moment) => moment.set === set);
	for (const [group, of] of GROUPS) {
		const these = moments.filter(of);
		const pauses = these.filter(({ kind }) => kind === 'pause').length;
		if (!flag('--json')) console.log(`\n${group}: ${pauses} pauses of each length, ${these.length - pauses} ends (${set} scenes)`);
		const rows = WAYS.map((way) => ({ way, figures: figuresOf(way, these) }));
		if (flag('--json')) for (const { way, figures } of rows) console.log(JSON.stringify({ group, name: way.name, pausesMs: PAUSES_MS, ...figures }));
		else {
			const lengths = PAUSES_MS.filter((length) => length >= 300 && length < 2500);
			console.table(
				Object.fromEntries(
					rows.map(({ way, figures }) => {
						const cut = lengths.flatMap((length) => figures.cut[PAUSES_MS.indexOf(length)] ?? []).map((share, index) => [`cut in ${lengths[index]} ms`, percent(share)]);
						return [way.name, { ...Object.fromEntries(cut), 'median wait': Math.round(figures.medianMs), 'p90 wait': Math.round(figures.p90Ms) }];
					}),
				),
			);
		}
	}
	const errors = all.map(({ endErrorMs }) => endErrorMs);
	if (!flag('--json')) console.log(`\nThe end of speech as the detector tells it, after the last audible sample: p10 ${Math.round(percentile(errors, 0.1))}, p50 ${Math.round(percentile(errors, 0.5))}, p90 ${Math.round(percentile(errors, 0.9))} ms (${errors.length} clips)`);
	const picture = option('--picture', '');
	if (picture !== '') writeFileSync(picture, curve(WAYS, moments.filter(({ voice }) => voice === 'human'), 'Turns cut off in pauses of 800 ms: a recorded person, test scenes'));
});
