import { setTimeout as pause } from 'node:timers/promises';
import { OrpheusVoice } from '../../runtime/inference/speech/orpheus/orpheus-voice';
import { SnacDecoder } from '../../runtime/inference/speech/orpheus/snac/snac-decoder';
import { SNAC_RATE } from '../../runtime/inference/speech/orpheus/snac/snac-model';
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
}

interface Heard {
	readonly firstMs: number;
	/** The longest time for which there was nothing to play. */
	readonly lateMs: number;
}

/** Plays `seconds` of a speech to one caller in real time. */
async function hear(voice: OrpheusVoice, text: string, seconds: number): Promise<Heard> {
	const askedAt = performance.now();
	let firstMs: number | undefined;
	let lateMs = 0;
	/** All sound so far has been played then. */
	let playedOutAt = 0;
	let soundMs = 0;
	for await (const { pcm } of voice.speak(text, { voice: '', speed: 1 }, new AbortController().signal)) {
		const now = performance.now();
		if (firstMs === undefined) firstMs = now - askedAt;
		else lateMs = Math.max(lateMs, now - playedOutAt);
		const pieceMs = (pcm.length * 1000) / SNAC_RATE;
		playedOutAt = Math.max(playedOutAt, now) + pieceMs;
		soundMs += pieceMs;
		if (soundMs >= seconds * 1000) break;
		const ahead = playedOutAt - now;
		if (ahead > AHEAD_MS) await pause(ahead - AHEAD_MS);
	}
	return { firstMs: firstMs ?? Number.POSITIVE_INFINITY, lateMs };
}

export async function listen({ source, decoder, sampling, streams, seconds }: Listening): Promise<{ callers: Heard[]; cpuMs: number }> {
	const snac = new SnacDecoder(decoder);
	const voice = new OrpheusVoice(new SpokenCodes(source), snac, sampling);
	try {
		await voice.warm('');
		const from = process.cpuUsage();
		const callers = await Promise.all(Array.from({ length: streams }, async (_, index) => await hear(voice, `${TEXT}${index}`, seconds)));
		return { callers, cpuMs: cpuMs(from) };
	} finally {
		await snac.close();
	}
}
