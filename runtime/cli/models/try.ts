import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import { describeMachine } from '../../inference/machine/machine';
import { BUILT_IN } from '../../inference/models/best-tier';
import type { Models } from '../../inference/models/models';
import { lookingAt } from '../../inference/models/unreadable';
import { ModelFolder } from '../../inference/workers/sherpa/folder';
import { kindOf } from '../../inference/workers/sherpa/folder-kind';
import { isTriedTask, type ModelTrial, type TriedTask, triedTasks } from '../../rpc/inference-protocol';
import { UsageError } from '../command';
import { pairInUse } from './list';
import type { Terminal } from './terminal';
import { TrialProcess } from './trial-process';

const INTERRUPTED = 130;
/** Of what ships with the package. */
const SHIPPED: Readonly<Record<string, TriedTask>> = { [BUILT_IN.transcribe]: 'transcribe', [BUILT_IN.chat]: 'chat', [BUILT_IN.voice]: 'voice' };

const TASKS = { recogniser: 'transcribe', voice: 'voice', judge: 'turn-end' } as const;

interface Wanted {
	readonly name: string;
	readonly task: TriedTask;
}

export interface TryOptions {
	/** Ids, names of what ships with the package, paths; none: what `auto` uses now. */
	readonly names: readonly string[];
	/** What the models at paths are for. */
	readonly task: TriedTask | undefined;
	readonly signal: AbortSignal;
}

/** Measures models one after the other, each in a fresh process, and says what they take. @returns the exit code: 1 where one could not be tried */
export async function tryModels(models: Models, terminal: Terminal, { names, task, signal }: TryOptions): Promise<number> {
	const wanted = names.length > 0 ? await Promise.all(names.map(async (name) => await wantedFor(models, name, task))) : await inUse(models);
	terminal.note(`On this machine: ${describeMachine(await models.machine())}. What else it does meanwhile makes the figures worse.`);
	let failed = 0;
	for (const { name, task: of } of wanted) {
		terminal.out(`${models.nameOf(name)} (${of})`);
		try {
			// Said at once where it is not here.
			if (name !== BUILT_IN.voice) await models.locate(name, of);
			const trial = await measured(name, of, signal);
			for (const line of inWords(of, trial)) terminal.out(`  ${line}`);
			// Where nothing can be kept, the figures are still of use.
			await models.keepTrial(name, trial).catch((thrown: unknown) => terminal.note(`  The figures are not kept for "auto": ${VoiceError.from(thrown).message}`));
		} catch (thrown) {
			if (signal.aborted) {
				terminal.note('\nStopped. What was measured so far is kept.');
				return INTERRUPTED;
			}
			const { code, message, remedy } = VoiceError.from(thrown);
			terminal.out(`  could not be tried: ${code}: ${message} ${remedy}`.trimEnd());
			failed++;
		}
	}
	return failed > 0 ? 1 : 0;
}

async function measured(model: string, task: TriedTask, signal: AbortSignal): Promise<ModelTrial> {
	const process = TrialProcess.start(signal);
	try {
		return await process.measure(task, model);
	} finally {
		await process.stop();
	}
}

async function wantedFor(models: Models, name: string, task: TriedTask | undefined): Promise<Wanted> {
	// As a shell completes it.
	if (name.includes(path.sep) || name === '.' || name === '..') {
		const place = path.resolve(name);
		const told = task ?? (await taskOf(place));
		if (told === undefined) throw new UsageError(`Say what ${name} is for: --task transcribe, --task voice, ...`);
		return { name: place, task: told };
	}
	const shipped = Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined;
	if (shipped !== undefined) return { name, task: shipped };
	const model = models.catalogue.model(name);
	if (!isTriedTask(model.task)) throw new UsageError(`${model.name} is tried together with Orpheus: voice-loop models try with the id of an Orpheus model.`);
	return { name, task: model.task };
}

/** undefined where what lies there does not say it. Rejects with VOICE_ERR_MODEL_MISSING where nothing can be read. */
async function taskOf(place: string): Promise<TriedTask | undefined> {
	if (/\.gguf$/i.test(place)) return 'chat';
	const folder = await ModelFolder.read(place);
	const kind = await lookingAt(async () => await kindOf(folder));
	if (kind) return TASKS[kind.task];
	return folder.has('*.gguf') ? 'chat' : undefined;
}

/** What `auto` stands for now, a stage after the other. */
async function inUse(models: Models): Promise<Wanted[]> {
	const [hears, answers] = await pairInUse(models);
	const [speaks = BUILT_IN.voice] = (await models.here()).voices;
	const judge = (await models.usable('turn-end')).id;
	const speaker = speaks === 'orpheus' ? (await models.usable('orpheus')).id : speaks;
	const chosen: Record<TriedTask, string | undefined> = {
		transcribe: hears,
		chat: answers,
		voice: speaks === 'orpheus' ? undefined : speaker,
		orpheus: speaks === 'orpheus' ? speaker : undefined,
		'turn-end': judge,
	};
	return triedTasks.flatMap((task) => {
		const name = chosen[task];
		return name === undefined || name === '' ? [] : [{ name, task }];
	});
}

const FIRST: Record<TriedTask, string> = {
	transcribe: 'text after the end of a sentence of some 4 s',
	chat: 'first word of an answer',
	voice: 'first sound of a sentence',
	orpheus: 'first sound of a sentence',
	'turn-end': 'judgement whether a caller has finished',
};

function inWords(task: TriedTask, { loadMs, firstMs, workPerSecond, tokensPerSecond, holdsRealTime }: ModelTrial): string[] {
	return [
		`loads in ${(loadMs / 1000).toFixed(1)} s`,
		`${FIRST[task]}: ${Math.round(firstMs)} ms`,
		...(workPerSecond === undefined ? [] : [`${workPerSecond.toFixed(workPerSecond < 0.1 ? 3 : 2)} s of work for a second of ${task === 'transcribe' ? 'speech heard' : 'speech'}`]),
		...(tokensPerSecond === undefined ? [] : [`${tokensPerSecond.toFixed(tokensPerSecond < 10 ? 1 : 0)} tokens a second`]),
		holdsRealTime ? 'holds real time' : `does NOT hold real time${INSTEAD[task]}`,
	];
}

/** What `auto` does then. */
const INSTEAD: Record<TriedTask, string> = {
	transcribe: ': "auto" uses it only where there is no other recogniser than the offline pack\'s',
	chat: ': "auto" uses it only where there is no other language model than the offline pack\'s',
	voice: ': "auto" does not use it',
	orpheus: ': "auto" does not use it',
	'turn-end': ': its answer comes too late to shorten a turn',
};
