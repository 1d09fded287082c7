import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { transcribeSettings } from '../runtime/contract/agent-settings';
import { LISTEN_RATE, msToSamples } from '../runtime/audio/pcm';
import { packageRoot } from '../runtime/lib/package-root';
import { createListenEngine } from '../runtime/inference/recognition/pack/listen-engine';
import type { Recognition, StreamingRecogniser } from '../runtime/inference/recognition/engine';
import { AcousticModel, ROW_SAMPLES } from '../runtime/inference/recognition/pack/acoustic-model';
import { readPack } from '../runtime/inference/recognition/pack/pack';
import { HeardWords } from '../runtime/inference/recognition/pack/heard-words';
import { Vocabulary } from '../runtime/inference/recognition/pack/vocabulary';
import { Flite } from '../runtime/inference/speech/flite/flite';
import { cpuMs, type Figure, report, run } from './report';
import { wordErrors } from './word-errors';

/**
 * The offline recogniser: what it hears of voices it was not trained on, and what it costs.
 *
 *     npm run bench listen [-- --json]
 */
const PACK = path.join(packageRoot(), 'models', 'listen');
const VOICES = ['awb', 'rms'];

/** A turn's text must be there long before anybody notices. */
const FLUSH_LIMIT_MS = 10;
/** Real time: a second of sound costs a second. */
const REAL_TIME_MS = 1000;
const FRAME_SAMPLES = msToSamples(20, LISTEN_RATE);

interface Spoken {
	readonly text: string;
	readonly voice: string;
	readonly pcm: Int16Array;
}

/** With 300 ms before and 250 ms after, as media passes it on. */
function speak(flite: Flite, text: string, voice: string): Spoken {
	const sound = flite.speak({ text, voice, speed: 1 }, LISTEN_RATE);
	const lead = msToSamples(300, LISTEN_RATE);
	const pcm = new Int16Array(lead + sound.length + msToSamples(250, LISTEN_RATE));
	pcm.set(sound, lead);
	return { text, voice, pcm };
}

async function sentences(flite: Flite, file: string): Promise<Spoken[]> {
	const lines = (await readFile(path.join(PACK, file), 'utf8')).trim().split('\n');
	return lines.flatMap((text) => VOICES.map((voice) => speak(flite, text, voice)));
}

async function heardBy(engine: StreamingRecogniser, spoken: readonly Spoken[]): Promise<Array<{ heard: Recognition; flushMs: number }>> {
	const results = [];
	for (const { pcm } of spoken) {
		const stream = await engine.open(transcribeSettings.parse({}), { onPartial: () => undefined, onFailed: () => undefined });
		for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) stream.push(pcm.subarray(at, at + FRAME_SAMPLES));
		// All sound has been heard after the first flush: the second shows what a flush itself takes.
		await stream.flush();
		const began = performance.now();
		const heard = await stream.flush();
		results.push({ heard, flushMs: performance.now() - began });
		await stream.close();
	}
	return results;
}

/** CPU of model and decoder, ms a second of sound, with nothing around them. */
async function bareCosts(spoken: readonly Spoken[]): Promise<{ model: number[]; decoder: number[] }> {
	const pack = await readPack(PACK);
	const model = await AcousticModel.open(pack.graphPath, pack.units.length);
	const vocabulary = new Vocabulary(pack);
	const costs = { model: [] as number[], decoder: [] as number[] };
	const chunk = 2 * ROW_SAMPLES;
	for (const { pcm } of spoken) {
		const seconds = (Math.floor(pcm.length / chunk) * chunk) / LISTEN_RATE;
		const rows: Float32Array[] = [];
		let state = model.silence;
		const modelFrom = process.cpuUsage();
		for (let at = 0; at + chunk <= pcm.length; at += chunk) {
			const audio = Float32Array.from(pcm.subarray(at, at + chunk), (sample) => sample / 32_768);
			const [heard] = await model.run([{ audio, state }]);
			rows.push(...heard!.rows);
			state = heard!.state;
		}
		costs.model.push(cpuMs(modelFrom) / seconds);
		const decoderFrom = process.cpuUsage();
		new HeardWords(vocabulary).hear(rows);
		costs.decoder.push(cpuMs(decoderFrom) / seconds);
	}
	await model.release();
	return costs;
}

async function main(): Promise<void> {
	const flite = await Flite.load();
	const demo = await sentences(flite, 'demo-sentences.txt');
	const foreign = await sentences(flite, 'foreign-sentences.txt');
	const seconds = demo.reduce((sum, { pcm }) => sum + pcm.length, 0) / LISTEN_RATE;

	const engine = await createListenEngine(PACK);
	// The first sentences also fill caches and let the compiler settle.
	await heardBy(engine, demo.slice(0, 10));
	const from = process.cpuUsage();
	const own = await heardBy(engine, demo);
	const engineMs = cpuMs(from) / seconds;
	const others = await heardBy(engine, foreign);
	await engine.close();
	await bareCosts(demo.slice(0, 10));
	const costs = await bareCosts(demo);

	const percent = (flags: readonly boolean[]): number => (100 * flags.filter(Boolean).length) / flags.length;
	const understood = own.map(({ heard }, index) => ({ ...demo[index]!, heard })).filter(({ heard }) => heard.understood);
	const words = understood.reduce((sum, { text }) => sum + text.split(' ').length, 0);
	const errors = understood.reduce((sum, { text, heard }) => sum + wordErrors(text, heard.text), 0);
	const long = foreign.map(({ text }) => text.split(' ').length > 3);
	const accepted = others.map(({ heard }) => heard.understood);
	const figures: Figure[] = [
		{ name: 'listen.demo.wordErrors', unit: '%', samples: [(100 * errors) / words], bound: Number.NaN },
		{ name: 'listen.demo.refused', unit: '%', samples: [percent(own.map(({ heard }) => !heard.understood))], bound: Number.NaN },
		{ name: 'listen.foreign.taken', unit: '%', samples: [percent(accepted.filter((_, index) => long[index]))], bound: 3 },
		{ name: 'listen.foreign.takenShort', unit: '%', samples: [percent(accepted.filter((_, index) => !long[index]))], bound: Number.NaN },
		{ name: 'listen.flush', unit: 'ms', samples: own.map(({ flushMs }) => flushMs), bound: FLUSH_LIMIT_MS },
		{ name: 'listen.model', unit: 'cpu ms/s', samples: costs.model, bound: REAL_TIME_MS },
		{ name: 'listen.decoder', unit: 'cpu ms/s', samples: costs.decoder, bound: REAL_TIME_MS },
		{ name: 'listen.engine', unit: 'cpu ms/s', samples: [engineMs], bound: REAL_TIME_MS },
	];
	report(figures);
}

run(main);
