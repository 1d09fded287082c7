import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { joinPcm, LISTEN_RATE, msToSamples, samplesToMs } from '../../runtime/audio/pcm';
import { decodeWav } from '../../runtime/audio/wav';
import { createRecogniser } from '../../runtime/inference/recognition/recognisers';
import { SmartTurn } from '../../runtime/inference/turn-end/smart-turn';
import { Silero, VAD_FRAME_SAMPLES, vadModelFile } from '../../runtime/media/vad/silero';
import { SpeechDetector } from '../../runtime/media/vad/speech-detector';
import { type Scene, TEST, TRAINING } from './scenes';
import { audible, espeak, flite, piper, type SceneVoice } from './voices';

/** Somebody has fallen silent: in the middle of what they say, or at its end. */
export interface Moment {
	readonly set: 'training' | 'test';
	readonly kind: 'pause' | 'end';
	readonly voice: string;
	/** What a streaming recogniser has written by then: small letters, no marks. Of the human prompts it is Whisper's. */
	readonly text: string;
	/** As Whisper writes it, with its marks; '' where it was not asked. */
	readonly whole: string;
	readonly asked: boolean;
	readonly tools: boolean;
	/** smart-turn's, asked when the end of speech is told. */
	readonly probability: number;
	/** The end of speech is told so long after the last audible sample. */
	readonly toldAfterMs: number;
	/** What the detector says of the end of speech, after the truth. */
	readonly endErrorMs: number;
}

const FLUSH_SILENCE_MS = 200;
const BEFORE_MS = 400;
const AFTER_MS = 800;
/** A prompt is cut where the voice rests for a moment: 20 ms at least 30 dB below its loudest. */
const GAP_SAMPLES = msToSamples(20, LISTEN_RATE);
const HUMAN_SCENES = 240;

/** A quiet room: digital silence is nowhere but in tests. */
function floor(ms: number, seed: number): Int16Array {
	let state = seed;
	return Int16Array.from({ length: msToSamples(ms, LISTEN_RATE) }, () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.round((state / 2 ** 31 - 1) * 20);
	});
}

export class Listener {
	private constructor(
		private readonly silero: Silero,
		private readonly judge: SmartTurn,
	) {}

	static async open(model: string): Promise<Listener> {
		return new Listener(await Silero.load(vadModelFile()), await SmartTurn.open(model, 1));
	}

	/** What the runtime knows when it is told of the end of this; undefined where that is not heard as one. */
	async hear(said: Int16Array): Promise<Pick<Moment, 'probability' | 'toldAfterMs' | 'endErrorMs'> | undefined> {
		const sound = joinPcm([floor(BEFORE_MS, 7), said, floor(AFTER_MS, 11)]);
		const endMs = BEFORE_MS + samplesToMs(said.length, LISTEN_RATE);
		const vad = this.silero.open();
		const detector = new SpeechDetector(FLUSH_SILENCE_MS);
		for (let to = VAD_FRAME_SAMPLES; to <= sound.length; to += VAD_FRAME_SAMPLES) {
			const at = samplesToMs(to, LISTEN_RATE);
			const edge = detector.push(await vad.judge(sound.slice(to - VAD_FRAME_SAMPLES, to)), at);
			if (edge?.type !== 'stopped' || at < endMs) continue;
			return { probability: await this.judge.judge(sound.subarray(0, to)), toldAfterMs: at - endMs, endErrorMs: edge.speechEndAt - endMs };
		}
		return undefined;
	}
}

export interface Weights {
	readonly smartTurn: string;
	readonly piper: string;
	readonly whisper: string;
	readonly prompts: string;
	readonly promptTexts: string;
}

/** All moments, and a line of progress for each voice. */
export async function listen(weights: Weights, progress: (line: string) => void): Promise<Moment[]> {
	const listener = await Listener.open(weights.smartTurn);
	const joe = await piper(weights.piper);
	const moments: Moment[] = [];
	const voices: ['training' | 'test', SceneVoice][] = [
		['training', joe],
		['training', espeak('en-us', 165)],
		['training', flite('kal16')],
		['test', joe],
		['test', flite('slt')],
		['test', flite('rms')],
		['test', flite('awb')],
	];
	for (const [set, voice] of voices) {
		progress(`${set}: ${voice.name}`);
		for (const scene of set === 'training' ? TRAINING : TEST) moments.push(...(await spoken(set, scene, voice, listener)));
	}
	await joe.close();
	progress('human prompts, and what Whisper writes of them');
	moments.push(...(await human(weights, listener)));
	return moments;
}

/** Each part with the comma of somebody who goes on, the whole as it stands. */
async function spoken(set: Moment['set'], { text, asked = false, tools = false }: Scene, voice: SceneVoice, listener: Listener): Promise<Moment[]> {
	const parts = text.split('|').map((part) => part.trim());
	const moments: Moment[] = [];
	for (let count = 1; count <= parts.length; count++) {
		const said = parts.slice(0, count).join(' ');
		const kind = count < parts.length ? 'pause' : 'end';
		const heard = await listener.hear(await voice.speak(kind === 'pause' ? `${said},` : `${said}.`));
		if (heard) moments.push({ set, kind, voice: voice.name, text: said, whole: '', asked, tools, ...heard });
	}
	return moments;
}

/** A recorded person says a sentence; the same, cut between two words. Every second sentence is for the test. */
async function human({ whisper, prompts, promptTexts }: Weights, listener: Listener): Promise<Moment[]> {
	const recogniser = await createRecogniser(whisper);
	const written = async (pcm: Int16Array): Promise<string> => (await recogniser.transcribeAll(transcribeSettings.parse({}), joinPcm([floor(100, 3), pcm, floor(FLUSH_SILENCE_MS, 5)]))).text;
	const moments: Moment[] = [];
	for (const [at, file] of sentences(prompts, promptTexts).entries()) {
		const pcm = audible(decodeWav(readFileSync(file)));
		const cut = gapIn(pcm);
		if (cut === undefined) continue;
		for (const [kind, said] of [['pause', pcm.slice(0, cut)], ['end', pcm]] as const) {
			const heard = await listener.hear(audible(said));
			const whole = await written(said);
			const text = whole.toLowerCase().replace(/[^\p{L}\p{N}' ]/gu, ' ').replace(/\s+/g, ' ').trim();
			if (heard) moments.push({ set: at % 2 === 0 ? 'training' : 'test', kind, voice: 'human', text, whole, asked: false, tools: false, ...heard });
		}
	}
	await recogniser.close();
	return moments;
}

/** The prompts of one sentence and some words. */
function sentences(folder: string, texts: string): string[] {
	const lines = readFileSync(texts, 'utf8').split('\n');
	const files = lines.flatMap((line) => {
		const [, name = '', text = ''] = /^([^;:]+): *(.+)$/.exec(line) ?? [];
		const words = text.split(/\s+/).length;
		if (words < 5 || words > 16 || /[[(]|[.?!;:]\s|asterisk|digium|iax/i.test(text)) return [];
		const file = path.join(folder, `${name}.wav`);
		return existsSync(file) ? [file] : [];
	});
	return files.slice(0, HUMAN_SCENES);
}

/** Where the longest rest in the middle half of a sentence begins. */
function gapIn(pcm: Int16Array): number | undefined {
	const loud = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
	let best: { at: number; length: number } | undefined;
	let from: number | undefined;
	for (let at = Math.round(pcm.length * 0.25); at < pcm.length * 0.8; at += 40) {
		const quiet = pcm.subarray(at, at + 40).every((sample) => Math.abs(sample) < loud / 30);
		if (quiet) from ??= at;
		if (!quiet && from !== undefined) {
			if (at - from > (best?.length ?? GAP_SAMPLES)) best = { at: from, length: at - from };
			from = undefined;
		}
	}
	return best?.at;
}

/** What of the programs of this bench is missing here. */
export function missingPrograms(): string[] {
	return ['espeak-ng', 'flite'].filter((program) => {
		try {
			execFileSync('which', [program], { stdio: 'ignore' });
			return false;
		} catch {
			return true;
		}
	});
}

export function weightsIn(folder: string): Weights | undefined {
	if (!existsSync(path.join(folder, 'smart-turn'))) return undefined;
	const [graph = ''] = readdirSync(path.join(folder, 'smart-turn'));
	return {
		smartTurn: path.join(folder, 'smart-turn', graph),
		piper: path.join(folder, 'piper-joe'),
		whisper: path.join(folder, 'whisper-tiny.en'),
		prompts: path.join(folder, 'prompts'),
		promptTexts: path.join(folder, 'prompts.txt'),
	};
}
