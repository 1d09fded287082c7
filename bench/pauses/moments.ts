import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { joinPcm, LISTEN_RATE, msToSamples, samplesToMs } from '../../runtime/audio/pcm';
import { createRecogniser } from '../../runtime/inference/recognition/recognisers';
import { SmartTurn } from '../../runtime/inference/turn-end/smart-turn';
import { Silero, VAD_FRAME_SAMPLES, vadModelFile } from '../../runtime/media/vad/silero';
import { SpeechDetector } from '../../runtime/media/vad/speech-detector';
import { people, type Person } from './recordings';
import { CHOOSING, type Scene } from './scenes';
import { TEST } from './test-scenes';
import { audible, espeak, flite, neural, type SceneVoice } from './voices';

/** Somebody has fallen silent: in the middle of what they say, or at its end. */
export interface Moment {
	readonly set: 'choosing' | 'test';
	readonly kind: 'pause' | 'end';
	readonly voice: string;
	/** A recorded person, and in which language. */
	readonly person: boolean;
	readonly language: string;
	/** How long the voice rested there in truth, ms; 0 at an end, and where it is a synthetic one. */
	readonly restMs: number;
	/** What a streaming recogniser has written by then: small letters, no marks. Of the human prompts it is Whisper's. */
	readonly text: string;
	/** As Whisper writes it, with its marks; '' where it was not asked. */
	readonly whole: string;
	readonly asked: boolean;
	readonly tools: Scene['tools'];
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
	readonly whisper: Readonly<Record<'tiny.en' | 'base', string>>;
	readonly prompts: string;
	readonly promptTexts: string;
}

/** Who speaks in which set: recorded people, and synthetic voices. */
export const VOICES = {
	choosing: ['Allison en', 'Allison es', 'Menardi it', 'flite slt', 'flite kal16', 'espeak en-us', 'piper joe'],
	test: ['Allison en', 'June fr', 'Carlo it', 'Ivrvoice ru', 'flite rms', 'flite awb', 'espeak en-gb-scotland'],
} as const;

/** All moments of one of `VOICES`. */
export async function listen(set: Moment['set'], name: string, weights: Weights): Promise<Moment[]> {
	const listener = await Listener.open(weights.smartTurn);
	const person = people(set, { prompts: weights.prompts, texts: weights.promptTexts }).find((each) => `${each.name} ${each.language}` === name);
	if (person) return await recorded(set, person, weights, listener);
	const [engine = '', kind = ''] = name.split(' ');
	if (!(VOICES[set] as readonly string[]).includes(name)) throw new Error(`There is no voice "${name}". Voices: ${VOICES[set].join(', ')}`);
	const voice = engine === 'flite' ? flite(kind) : engine === 'espeak' ? espeak(kind, 160) : await neural(name, weights.piper, kind);
	const moments: Moment[] = [];
	for (const scene of set === 'choosing' ? CHOOSING : TEST) moments.push(...(await spoken(set, scene, voice, listener)));
	await voice.close?.();
	return moments;
}

/** Each part with the comma of somebody who goes on, the whole as it stands. */
async function spoken(set: Moment['set'], { text, asked = false, tools }: Scene, voice: SceneVoice, listener: Listener): Promise<Moment[]> {
	const parts = text.split('|').map((part) => part.trim());
	const moments: Moment[] = [];
	for (let count = 1; count <= parts.length; count++) {
		const said = parts.slice(0, count).join(' ');
		const kind = count < parts.length ? 'pause' : 'end';
		const heard = await listener.hear(await voice.speak(kind === 'pause' ? `${said},` : `${said}.`));
		if (heard) moments.push({ set, kind, voice: voice.name, person: false, language: 'en', restMs: 0, text: said, whole: '', asked, tools, ...heard });
	}
	return moments;
}

/** A person says a sentence; the same, cut where the voice rests. */
async function recorded(set: Moment['set'], { name, language, recogniser: weights, sentences }: Person, { whisper }: Weights, listener: Listener): Promise<Moment[]> {
	const moments: Moment[] = [];
	const recogniser = await createRecogniser(whisper[weights]);
	const settings = transcribeSettings.parse({ language });
	for (const { pcm, gap } of sentences) {
		if (!gap) continue;
		for (const [kind, said] of [['pause', pcm.slice(0, gap.at)], ['end', pcm]] as const) {
			const heard = await listener.hear(audible(said));
			if (!heard) continue;
			const whole = (await recogniser.transcribeAll(settings, joinPcm([floor(100, 3), said, floor(FLUSH_SILENCE_MS, 5)]))).text;
			const text = whole.toLowerCase().replace(/[^\p{L}\p{N}' ]/gu, ' ').replace(/\s+/g, ' ').trim();
			const restMs = kind === 'pause' ? samplesToMs(gap.length, LISTEN_RATE) : 0;
			moments.push({ set, kind, voice: name, person: true, language, restMs, text, whole, asked: false, tools: undefined, ...heard });
		}
	}
	await recogniser.close();
	return moments;
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
		whisper: { 'tiny.en': path.join(folder, 'whisper-tiny.en'), base: path.join(folder, 'whisper-base') },
		prompts: path.join(folder, 'prompts'),
		promptTexts: path.join(folder, 'prompts.txt'),
	};
}
