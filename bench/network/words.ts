import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../runtime/lib/package-root';
import { DirectCaller, DirectCalls } from '../../test/link/direct-calls';
import { UdpProxy } from '../../test/link/udp-proxy';
import { speech } from '../../test/media/speech';
import { Random } from '../fuzz/random';
import { type Figure, numbers, option } from '../report';
import { errorsByWord, wordsOf } from '../word-errors';

const VOICES = ['en-us+f3', 'en-us+m3'];
const JITTER_MS = 40;
/** Points that may be lost at a share of lost packets, percent. */
const AIMS = new Map([[5, 1], [10, 3], [20, 8]]);
/** A sentence of which nothing has become a turn by then was not heard. */
const TURN_WITHIN_MS = 12_000;
/** What a turn leaves over of its sentence comes within it. */
const REST_MS = 1000;
const RESAMPLES = 2000;

interface Sentence {
	readonly text: string;
	readonly voice: string;
}

/** How many words a sentence has, and how many of them were heard as others, not heard, or heard without having been said. */
interface Heard {
	readonly words: number;
	readonly errors: number;
}

/**
 * The pack's recogniser in real calls over a network that loses packets, both ways, and lets each wait for up to 40 ms: the same
 * sentences at every rate, at the same time, so that the machine is as busy for all. Nobody answers, so that no reply is waited for.
 */
export async function wordsLost(seed: number): Promise<Figure[]> {
	const rates = numbers('--rates', '0,5,10,20');
	const callers = Number(option('--callers', '1'));
	const lines = (await readFile(path.join(packageRoot(), 'models', 'listen', 'demo-sentences.txt'), 'utf8')).trim().split('\n');
	const sentences = VOICES.flatMap((voice) => lines.map((text) => ({ text, voice }))).slice(0, Number(option('--sentences', '120')));
	// It would tell of each turn that nobody answers.
	const calls = await DirectCalls.start({}, { VOICE_LOOP_LOG: 'error' });
	try {
		const heard = new Map<number, Heard[]>();
		await Promise.all(
			rates.map(async (rate) => {
				const parts = Array.from({ length: callers }, (_, n) => sentences.filter((_sentence, index) => index % callers === n));
				const of = await Promise.all(parts.map(async (part, n) => await sayAll(calls, part, rate, new Random(seed, 'words', rate, n))));
				// In the order of the sentences again.
				heard.set(rate, sentences.flatMap((_, index) => of[index % callers]?.[Math.floor(index / callers)] ?? []));
			}),
		);
		return rates.map((rate) => figure(rate, heard.get(rate) ?? [], heard.get(0) ?? [], new Random(seed, 'interval', rate)));
	} finally {
		await calls.stop();
	}
}

async function sayAll(calls: DirectCalls, sentences: readonly Sentence[], rate: number, random: Random): Promise<Heard[]> {
	const network = await UdpProxy.open();
	network.chance = () => random.next();
	const caller = await new DirectCaller(calls).call({ offerOf: (sdp) => network.offerOf(sdp), answerOf: (sdp) => network.answerOf(sdp) });
	network.loss = rate / 100;
	network.jitterMs = JITTER_MS;
	const texts: string[] = [];
	try {
		// By then the recogniser is loaded.
		await say(calls, caller, speech('thank you'), 'first');
		for (const [index, { text, voice }] of sentences.entries()) {
			texts.push(await say(calls, caller, speech(text, voice), `${index}`));
			if ((index + 1) % 20 === 0) console.error(`${rate} %: ${index + 1} of ${sentences.length} sentences, ${percent(compared(sentences.slice(0, index + 1), texts)).toFixed(1)} % of the words wrong`);
		}
	} finally {
		caller.hangUp();
		network.close();
	}
	return compared(sentences, texts);
}

/** All that was heard against all that was said: on a busy machine a turn may come when the next sentence is said already. */
function compared(sentences: readonly Sentence[], texts: readonly string[]): Heard[] {
	const said = sentences.map(({ text }) => wordsOf(text));
	const errors = errorsByWord(said.flat(), texts.flatMap(wordsOf));
	return said.map((words) => ({ words: words.length, errors: errors.splice(0, words.length).reduce((sum, each) => sum + each, 0) }));
}

/** What was heard of it, in one turn or more. Each is over at once, so that the next is not taken for its continuation. */
async function say(calls: DirectCalls, caller: DirectCaller, pcm: Int16Array, id: string): Promise<string> {
	let known = caller.turns.length;
	const texts: string[] = [];
	caller.says(pcm, id);
	await caller.peer.until(() => caller.peer.of('spoken').some((spoken) => spoken.id === id));
	let until = performance.now() + TURN_WITHIN_MS;
	while (performance.now() < until) {
		for (const { turnId, heard } of caller.turns.slice(known)) {
			known++;
			texts.push(heard);
			until = performance.now() + REST_MS;
			await calls.runtime.client.turnFailed(turnId, { executionId: turnId, node: 'Bench', code: 'VOICE_ERR_CANCELLED', message: 'Nobody answers here.', tries: 1, retryAfterMs: 0 }).catch(() => undefined);
		}
		await pause(20);
	}
	return texts.join(' ').trim();
}

function percent(heard: readonly Heard[]): number {
	const sum = (pick: (each: Heard) => number): number => heard.reduce((all, each) => all + pick(each), 0);
	return (100 * sum(({ errors }) => errors)) / sum(({ words }) => words);
}

/** Points lost against no loss, with the interval in which 95 of 100 draws of as many sentences lie. */
function figure(rate: number, heard: readonly Heard[], without: readonly Heard[], random: Random): Figure {
	const words = heard.reduce((sum, each) => sum + each.words, 0);
	if (without.length !== heard.length || rate === 0) return { name: `${rate} % loss: words wrong, of ${words}`, unit: '%', samples: [percent(heard)], bound: Number.NaN };
	const drawn = Array.from({ length: RESAMPLES }, () => {
		const chosen = heard.map(() => random.below(heard.length));
		const of = (from: readonly Heard[]): number => percent(chosen.flatMap((index) => from[index] ?? []));
		return of(heard) - of(without);
	}).sort((a, b) => a - b);
	const at = (share: number): string => (drawn[Math.floor(share * RESAMPLES)] ?? Number.NaN).toFixed(1);
	const lost = percent(heard) - percent(without);
	return { name: `${rate} % loss: words lost, of ${words} (95 %: ${at(0.025)} to ${at(0.975)})`, unit: 'points', samples: [lost], bound: AIMS.get(rate) ?? Number.NaN };
}
