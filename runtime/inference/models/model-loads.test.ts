// Guards against: a page that says nothing while a model loads, counts backwards, or shows a number that nobody measured.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ModelLoads } from './model-loads';
import { LoadTimes } from './store/load-times';

const VOICE = { part: 'voice', model: 'kokoro' } as const;
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-loads-'));
afterAll(() => rmSync(folder, { recursive: true }));

let now = 0;
const clock = { now: () => now };
const looked: Array<Promise<unknown>> = [];

/** What was asked about earlier loads is answered. */
async function settle(): Promise<void> {
	await Promise.all(looked.splice(0));
	await new Promise((resolve) => setImmediate(resolve));
}

function timesIn(place: string): Pick<LoadTimes, 'of' | 'keep'> {
	const times = new LoadTimes(place);
	return {
		of: async (model) => {
			const answer = times.of(model);
			looked.push(answer);
			return await answer;
		},
		keep: async (model, ms) => await times.keep(model, ms),
	};
}

/** A load that goes on until it is told to end. */
function begin(loads: ModelLoads, { part, model }: { part: 'voice' | 'languageModel'; model: string }) {
	let resolve = (): void => undefined;
	let reject: (error: Error) => void = () => undefined;
	const promise = new Promise<void>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	const done = loads.watch(part, model, async () => await promise);
	done.catch(() => undefined);
	return { done, resolve: () => resolve(), reject: (error: Error) => reject(error) };
}

test('a load has no percentage the first time, and the share of its last time from then on, also in another process', async () => {
	const times = path.join(folder, 'again');
	const first = new ModelLoads(timesIn(times), clock);
	const cold = begin(first, VOICE);
	await settle();
	expect(first.of([VOICE])).toEqual([]);
	now += 600;
	expect(first.of([VOICE])).toEqual([{ part: 'voice' }]);
	now += 1400;
	cold.resolve();
	await cold.done;
	expect(first.of([VOICE])).toEqual([]);

	const second = new ModelLoads(timesIn(times), clock);
	const warm = begin(second, VOICE);
	await settle();
	now += 800;
	expect(second.of([VOICE])).toEqual([{ part: 'voice', percent: 40 }]);
	now += 5000;
	expect(second.of([VOICE])).toEqual([{ part: 'voice', percent: 99 }]);
	warm.resolve();
	await warm.done;
});

test('of a file that was never loaded, llama.cpp says how much it has read; it never goes back', async () => {
	const MODEL = { part: 'languageModel', model: '/models/a.gguf' } as const;
	const loads = new ModelLoads(timesIn(path.join(folder, 'read')), clock);
	const load = begin(loads, MODEL);
	await settle();
	now += 600;
	loads.read('languageModel', MODEL.model, 0.4);
	loads.read('languageModel', '/models/other.gguf', 0.9);
	expect(loads.of([MODEL])).toEqual([{ part: 'languageModel', percent: 40 }]);
	loads.read('languageModel', MODEL.model, 0.2);
	expect(loads.of([MODEL])).toEqual([{ part: 'languageModel', percent: 40 }]);
	load.resolve();
	await load.done;
});

test('one that waits for what is loaded already is told nothing; a load that failed begins anew and leaves no time', async () => {
	const times = timesIn(path.join(folder, 'failed'));
	const loads = new ModelLoads(times, clock);
	const failed = begin(loads, VOICE);
	now += 900;
	failed.reject(new Error('damaged'));
	await expect(failed.done).rejects.toThrow('damaged');
	await expect(times.of('voice kokoro')).resolves.toBeUndefined();
	const whole = begin(loads, VOICE);
	await settle();
	now += 700;
	expect(loads.of([VOICE])).toEqual([{ part: 'voice' }]);
	whole.resolve();
	await whole.done;
	const busy = begin(loads, VOICE);
	now += 700;
	expect(loads.of([VOICE])).toEqual([]);
	busy.resolve();
	await busy.done;
});

test('a damaged file of times is no trouble, nor is a folder that cannot be written', async () => {
	writeFileSync(path.join(folder, '.load-times.json'), '{"voice kokoro": "long"');
	const times = new LoadTimes(folder);
	await expect(times.of('voice kokoro')).resolves.toBeUndefined();
	await Promise.all([times.keep('voice kokoro', 1200.4), times.keep('voice joe', 900)]);
	await expect(times.of('voice kokoro')).resolves.toBe(1200);
	await expect(times.of('voice joe')).resolves.toBe(900);
	await expect(new LoadTimes(path.join(folder, '.load-times.json', 'below')).keep('voice joe', 900)).resolves.toBeUndefined();
});
