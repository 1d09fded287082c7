import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { scriptedFrames } from '../../runtime/inference/fixtures/orpheus-gguf.fixture';
import { usableCores } from '../../runtime/inference/machine/cores';
import { OrpheusVoice } from '../../runtime/inference/speech/orpheus/orpheus-voice';
import { type SnacPlace, snacPlace } from '../../runtime/inference/speech/orpheus/snac/card/card-trial';
import { SnacDecoder, type UseOfCard } from '../../runtime/inference/speech/orpheus/snac/snac-decoder';
import { SNAC_FRAME_MS, SNAC_RATE } from '../../runtime/inference/speech/orpheus/snac/snac-model';
import { ON_CARD, splitOf } from '../../runtime/inference/speech/orpheus/snac/split';
import type { OrpheusSampling, TokenSource } from '../../runtime/inference/speech/orpheus/token-source';
import { SpokenCodes } from '../fixtures/spoken-codes';
import { cpuMs } from '../report';

/** So far the voice is ahead of a caller's ear at most, as in the gateway. */
const AHEAD_MS = 4000;
/** Long enough that its limit of tokens is beyond what is listened to. */
const TEXT = 'The appointment is on Wednesday at half past three, and I will send a reminder on the evening before. '.repeat(2);

interface Listening {
	readonly source: TokenSource;
	readonly decoder: string;
	readonly sampling: OrpheusSampling;
	readonly streams: number;
	readonly seconds: number;
	/** The last caller begins so long after the first. */
	readonly spreadMs: number;
}

interface Heard {
	readonly firstMs: number;
	/** The longest time for which there was nothing to play. */
	readonly lateMs: number;
}

export interface HeardByAll {
	readonly callers: Heard[];
	readonly cpuMs: number;
	readonly snacOnCard: boolean;
	/** Callers that the decoder's threads, or the card, could serve, by what a frame takes one of them alone. */
	readonly snacCallers: number;
	/** How late the event loop was, ms: 99 of 100 times less. */
	readonly eventsMs: number;
}

/** Plays `seconds` of sound to one caller in real time, speech after speech if one is shorter. */
export async function hear(voice: OrpheusVoice, text: string, seconds: number): Promise<Heard> {
	let firstMs: number | undefined;
	let lateMs = 0;
	let soundMs = 0;
	while (soundMs < seconds * 1000) {
		const askedAt = performance.now();
		/** All sound so far has been played then; undefined before the first of this speech. */
		let playedOutAt: number | undefined;
		for await (const { pcm } of voice.speak(text, { voice: '', speed: 1 }, new AbortController().signal)) {
			const now = performance.now();
			firstMs ??= now - askedAt;
			if (playedOutAt !== undefined) lateMs = Math.max(lateMs, now - playedOutAt);
			const pieceMs = (pcm.length * 1000) / SNAC_RATE;
			playedOutAt = Math.max(playedOutAt ?? now, now) + pieceMs;
			soundMs += pieceMs;
			if (soundMs >= seconds * 1000) break;
			const ahead = playedOutAt - now;
			if (ahead > AHEAD_MS) await pause(ahead - AHEAD_MS);
		}
		if (playedOutAt === undefined) break;
		await pause(Math.max(0, playedOutAt - performance.now()));
	}
	return { firstMs: firstMs ?? Number.POSITIVE_INFINITY, lateMs };
}

/** How long one thread takes for a frame, alone, ms: in runs, or in the largest windows. */
export async function frameAlone(decoder: string, rewrite = true, useOfCard?: UseOfCard): Promise<number> {
	const snac = new SnacDecoder(decoder, splitOf(1), rewrite, useOfCard);
	try {
		await snac.warm();
		const frames = scriptedFrames(0, 24);
		await snac.decode(frames, new AbortController().signal);
		const startedAt = performance.now();
		await snac.decode(frames, new AbortController().signal);
		return (performance.now() - startedAt) / frames.length;
	} finally {
		await snac.close();
	}
}

export interface HeardTogether {
	readonly callers: Heard[];
	/** Processor time of this process, and of the wall. */
	readonly cpuMs: number;
	readonly wallMs: number;
	/** How late the event loop was, ms: 99 of 100 times less. */
	readonly eventsMs: number;
}

/** So many callers, of whom the last begins `spreadMs` after the first. */
export async function together(streams: number, spreadMs: number, one: (index: number) => Promise<Heard>): Promise<HeardTogether> {
	const events = monitorEventLoopDelay({ resolution: 1 });
	events.enable();
	const from = process.cpuUsage();
	const startedAt = performance.now();
	const callers = await Promise.all(
		Array.from({ length: streams }, async (_, index) => {
			await pause(streams > 1 ? (index * spreadMs) / (streams - 1) : 0);
			return await one(index);
		}),
	);
	events.disable();
	return { callers, cpuMs: cpuMs(from), wallMs: performance.now() - startedAt, eventsMs: events.percentile(99) / 1e6 };
}

/** One trial of the card is enough for all numbers of callers. */
let place: Promise<SnacPlace> | undefined;
const useOfCard: UseOfCard = { find: async (file) => await (place ??= snacPlace(process.env, file)) };

export async function listen({ source, decoder, sampling, streams, seconds, spreadMs }: Listening): Promise<HeardByAll> {
	const split = splitOf(usableCores());
	const { onCard } = await useOfCard.find(decoder);
	const snacCallers = ((onCard ? ON_CARD.workers : split.narrow) * SNAC_FRAME_MS) / (await frameAlone(decoder, true, useOfCard));
	const snac = new SnacDecoder(decoder, split, true, useOfCard);
	const voice = new OrpheusVoice(new SpokenCodes(source), snac, sampling);
	try {
		await voice.warm('');
		const { callers, cpuMs: used, eventsMs } = await together(streams, spreadMs, async (index) => await hear(voice, `${TEXT}${index}`, seconds));
		return { callers, cpuMs: used, snacOnCard: onCard, snacCallers, eventsMs };
	} finally {
		await snac.close();
	}
}
