import { setTimeout as sleep } from 'node:timers/promises';
import { LISTEN_RATE, msToSamples, samplesToMs } from '../../audio/pcm';
import { speakSettings, transcribeSettings } from '../../contract/agent-settings';
import { chatSettings } from '../../contract/chat';
import { VoiceError } from '../../contract/errors';
import type { Handlers } from '../../rpc/server';
import type { InferenceProtocol, ModelTrial } from '../../rpc/inference-protocol';
import { recogniserKey } from '../scheduler/real-time';
import type { InferenceDeps } from './counters';
import { trialSpeech, tryRecogniser } from './try-recogniser';

/** How often a thing is done. What counts is the middle one, or the best where only the machine's speed is meant. */
const TIMES = 3;
/** A fifth of the machine stays free, as for calls (scheduler/capacity). */
const MOST_WORK = 0.8;
/** As capacity counts: 5 a second are spoken, and the first sentence is waited for. */
const LEAST_TOKENS = 10;
/** The audio judge is asked after 200 ms of silence, and most turns end 300 ms later. */
const JUDGE_MS = 300;
const PUSH_MS = 100;

const SAYS = 'Your appointment is booked for tomorrow afternoon at half past three. Would you like a reminder the day before?';
const ASKED = 'Please tell me in three or four sentences how I should prepare for my first visit to the dentist.';

type Deps = Pick<InferenceDeps, 'recognisers' | 'realTime' | 'voices' | 'chat' | 'turnEnds'>;
type Measured = Omit<ModelTrial, 'loadMs'>;

/** Measures a model on this machine, as a call would use it. Works best where nothing else goes on. */
export function tryModelHandler(deps: Deps): Handlers<InferenceProtocol>['tryModel'] {
	return async ({ task, model }, { signal }) => {
		switch (task) {
			case 'transcribe':
				return await tryHearing(deps, model, signal);
			case 'chat':
				return await tryAnswering(deps, model, signal);
			case 'voice':
			case 'orpheus':
				return await trySpeaking(deps, task === 'orpheus' ? { engine: 'orpheus', orpheus: { model } } : { engine: model }, signal);
			case 'turn-end':
				return await tryJudging(deps, model, signal);
		}
	};
}

async function tryHearing(deps: Deps, model: string, signal: AbortSignal): Promise<ModelTrial> {
	const { recognisers, realTime, voices } = deps;
	const settings = transcribeSettings.parse({ model });
	return await loadedFirst(async () => await recognisers.warm(settings), async () => {
		await tryRecogniser(deps, settings);
		const workPerSecond = realTime.factor(recogniserKey(model));
		if (workPerSecond === undefined) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The recogniser could not be measured: too much else went on.');
		const stream = await recognisers.open(settings, { onPartials: () => undefined, onPartial: () => undefined, onFailed: () => undefined });
		try {
			const speech = await trialSpeech(voices);
			const step = msToSamples(PUSH_MS, LISTEN_RATE);
			// As it comes in a call: what hears while one speaks has little left to do at the end.
			for (let from = 0; from < speech.length; from += step) {
				stream.push(speech.slice(from, from + step));
				await sleep(PUSH_MS, undefined, { signal });
			}
			const endedAt = performance.now();
			await stream.flush();
			return { firstMs: performance.now() - endedAt, workPerSecond, holdsRealTime: workPerSecond <= MOST_WORK };
		} finally {
			await stream.close();
		}
	});
}

async function tryAnswering({ chat }: Deps, model: string, signal: AbortSignal): Promise<ModelTrial> {
	const settings = chatSettings.parse({ model, sampling: { maxTokens: 64 } });
	return await loadedFirst(async () => await chat.warm(settings), async () => {
		const firsts: number[] = [];
		const rates: number[] = [];
		for (let time = 0; time < TIMES; time++) {
			// Different each time: nothing of the last one is in the model's memory.
			const messages = [{ role: 'user' as const, content: `${ASKED} Question ${time + 1}.` }];
			const { ttftMs, durationMs, usage } = await chat.chat({ conversation: '', settings, messages, tools: [] }, { onText: () => undefined, onTokens: () => undefined }, signal);
			firsts.push(ttftMs);
			if (durationMs > ttftMs) rates.push((1000 * Math.max(1, usage.completionTokens - 1)) / (durationMs - ttftMs));
		}
		const tokensPerSecond = Math.max(0, ...rates);
		return { firstMs: middle(firsts), tokensPerSecond, holdsRealTime: tokensPerSecond >= LEAST_TOKENS };
	});
}

async function trySpeaking({ voices }: Deps, voice: Parameters<typeof speakSettings.parse>[0], signal: AbortSignal): Promise<ModelTrial> {
	const settings = speakSettings.parse(voice);
	return await loadedFirst(async () => await voices.warm(settings), async () => {
		const firsts: number[] = [];
		const works: number[] = [];
		for (let time = 0; time < TIMES; time++) {
			const startedAt = performance.now();
			let firstMs: number | undefined;
			let soundMs = 0;
			const speaker = voices.speaker(settings, false);
			try {
				for await (const { pcm, sampleRate } of speaker.speak(SAYS, signal)) {
					firstMs ??= performance.now() - startedAt;
					soundMs += samplesToMs(pcm.length, sampleRate);
				}
			} finally {
				speaker.close();
			}
			if (firstMs === undefined || soundMs === 0) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The voice made no sound of an English sentence.');
			firsts.push(firstMs);
			works.push((performance.now() - startedAt) / soundMs);
		}
		const workPerSecond = Math.min(...works);
		return { firstMs: middle(firsts), workPerSecond, holdsRealTime: workPerSecond <= MOST_WORK };
	});
}

async function tryJudging({ turnEnds, voices }: Deps, model: string, signal: AbortSignal): Promise<ModelTrial> {
	return await loadedFirst(async () => await turnEnds.warm(model), async () => {
		const speech = await trialSpeech(voices);
		const took: number[] = [];
		for (let time = 0; time < TIMES; time++) {
			const startedAt = performance.now();
			await turnEnds.judge(model, speech, signal);
			took.push(performance.now() - startedAt);
		}
		const firstMs = middle(took);
		return { firstMs, holdsRealTime: firstMs <= JUDGE_MS };
	});
}

async function loadedFirst(load: () => Promise<unknown>, measure: () => Promise<Measured>): Promise<ModelTrial> {
	const startedAt = performance.now();
	await load();
	const loadMs = performance.now() - startedAt;
	return { loadMs, ...(await measure()) };
}

function middle(values: readonly number[]): number {
	return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
