import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../runtime/lib/package-root';
import { curve } from './pauses/curve';
import { figuresOf, PAUSES_MS, type Share } from './pauses/figures';
import { listen, type Moment, missingPrograms, VOICES, weightsIn } from './pauses/moments';
import { WAYS } from './pauses/strategies';
import { CannotRun, flag, option, percentile, run } from './report';

/**
 * How often a pause ends the turn, and how long the end of a turn is waited for, on scenes that nothing was chosen on: each
 * strategy, the default, smart-turn and silence alone. What is heard, the detector's and the model's answers are real; time is
 * virtual. Nothing is speculative but in the last row. `--moments FILE` keeps what was heard, voice by voice; `--voices A,B` listens to these only; `--choosing` shows the scenes
 * that the strategies were fitted on; `--picture FILE` draws the curve.
 */
const SET = flag('--choosing') ? 'choosing' : 'test';

async function momentsOf(): Promise<Moment[]> {
	const kept = option('--moments', '');
	const moments = kept !== '' && existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as Record<string, Moment[]>) : {};
	const wanted = option('--voices', VOICES[SET].join(',')).split(',');
	const missing = wanted.filter((voice) => !moments[voice]);
	if (missing.length > 0) {
		const weights = weightsIn(path.join(packageRoot(), 'node_modules', '.cache', 'voice-loop', 'real-weights'));
		if (!weights) throw new CannotRun('The bench needs the real models that the set-up fetches: node deploy/local/setup.mjs test');
		const programs = missingPrograms();
		if (programs.length > 0) throw new CannotRun(`This machine has no ${programs.join(', no ')}.`);
		for (const voice of missing) {
			console.error(`${SET}: ${voice}`);
			moments[voice] = await listen(SET, voice, weights);
			if (kept !== '') writeFileSync(kept, JSON.stringify(moments));
		}
	}
	return wanted.flatMap((voice) => moments[voice] ?? []);
}

function percent({ share, low, high }: Share): string {
	return `${Math.round(share * 100)} % (${Math.round(low * 100)} to ${Math.round(high * 100)})`;
}

const GROUPS: readonly [name: string, of: (moment: Moment) => boolean][] = [
	['recorded people, text by Whisper', ({ person }) => person],
	['of those, in English', ({ person, language }) => person && language === 'en'],
	['of those, in other languages', ({ person, language }) => person && language !== 'en'],
	['synthetic voices, text known', ({ person }) => !person],
	['of those, with tools', ({ person, tools }) => !person && tools !== undefined],
	['of those, answers: numbers, names, addresses', ({ person, asked }) => !person && asked],
];

run(async () => {
	const moments = await momentsOf();
	for (const [group, of] of GROUPS) {
		const these = moments.filter(of);
		if (these.length === 0) continue;
		const pauses = these.filter(({ kind }) => kind === 'pause').length;
		if (!flag('--json')) console.log(`\n${group}: ${pauses} pauses of each length, ${these.length - pauses} ends (${SET} scenes)`);
		const rows = WAYS.map((way) => ({ way, figures: figuresOf(way, these) }));
		if (flag('--json')) for (const { way, figures } of rows) console.log(JSON.stringify({ group, name: way.name, pausesMs: PAUSES_MS, ...figures }));
		else {
			const lengths = PAUSES_MS.filter((length) => length >= 300 && length < 2500);
			console.table(
				Object.fromEntries(
					rows.map(({ way, figures }) => {
						const cut = lengths.flatMap((length) => figures.cut[PAUSES_MS.indexOf(length)] ?? []).map((share, index) => [`cut in ${lengths[index]} ms`, percent(share)]);
						return [way.name, { ...Object.fromEntries(cut), 'median wait': Math.round(figures.medianMs), 'p90 wait': Math.round(figures.p90Ms), 'median first sound': Math.round(figures.soundMs), 'mean first sound': Math.round(figures.meanSoundMs) }];
					}),
				),
			);
		}
	}
	const errors = moments.map(({ endErrorMs }) => endErrorMs);
	if (!flag('--json')) console.log(`\nThe end of speech as the detector tells it, after the last audible sample: p10 ${Math.round(percentile(errors, 0.1))}, p50 ${Math.round(percentile(errors, 0.5))}, p90 ${Math.round(percentile(errors, 0.9))} ms (${errors.length} clips)`);
	const picture = option('--picture', '');
	if (picture !== '') writeFileSync(picture, curve(WAYS, moments.filter(({ person }) => person), 'Turns cut off in pauses of 800 ms: recorded people, test scenes'));
});
