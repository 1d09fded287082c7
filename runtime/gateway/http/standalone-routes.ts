import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readRecording, encodeWav } from '../../audio/wav';
import { transcribeSettings } from '../../contract/agent-settings';
import { LISTEN_RATE } from '../../audio/pcm';
import { chatAsk, chatDone, DONE_BY_HEADER, engines, speechFileAsk, transcriptionDone } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { parseJson } from '../../lib/json';
import type { RpcCall } from '../../rpc/client';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import { SentenceSplitter } from '../../speech-text/sentence-splitter';
import { speakableIn } from '../../speech-text/speakable';
import type { RestartingProcess } from '../children/restarting-process';

/** Ten minutes of 48 kHz stereo float. */
const MAX_RECORDING_BYTES = 240 * 1024 * 1024;
/** Sound crosses to inference in pieces of this many samples: a message has a limit. */
const PIECE_SAMPLES = 20 * LISTEN_RATE;
const SPEECH_SILENCE = new Int16Array(0);

const transcriptionQuery = z.object({
	settings: z
		.string()
		.default('{}')
		.refine((text) => parseJson(text) !== undefined, 'not JSON')
		.transform(parseJson)
		.pipe(transcribeSettings),
});

function base64urlJson(value: unknown): string {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The nodes' work outside of a session: a recording, a prompt or a text in, the result out. */
export function standaloneRoutes(app: FastifyInstance, inference: RestartingProcess<InferenceProtocol>): void {
	/** Stops the work when the client has gone. */
	async function until<R>(raw: { once(event: 'close', listener: () => void): unknown }, call: RpcCall<never, R>): Promise<R> {
		raw.once('close', () => call.cancel());
		return await call.result;
	}

	app.addContentTypeParser(
		['audio/wav', 'audio/x-wav', 'audio/wave', 'application/octet-stream'],
		{ parseAs: 'buffer', bodyLimit: MAX_RECORDING_BYTES },
		(_request, body, done) => done(null, body),
	);

	app.post('/v1/transcriptions', { bodyLimit: MAX_RECORDING_BYTES }, async (request, reply) => {
		if (!Buffer.isBuffer(request.body)) throw new VoiceError('VOICE_ERR_BAD_AUDIO', 'The request has no recording.');
		const settings = transcriptionQuery.parse(request.query).settings;
		const recording = await readRecording(request.body);
		const pcm: Int16Array[] = [];
		for (let from = 0; from < recording.length; from += PIECE_SAMPLES) pcm.push(recording.slice(from, from + PIECE_SAMPLES));
		const client = await inference.ready();
		return transcriptionDone.parse(await until(reply.raw, client.call('transcribe', { settings, pcm })));
	});

	app.post('/v1/chat', async (request, reply) => {
		const ask = chatAsk.parse(request.body);
		const client = await inference.ready();
		const { chat: settings, messages, tools } = ask;
		// A conversation without a name is forgotten as soon as it is answered.
		return chatDone.parse(await until(reply.raw, client.call('chat', { conversation: '', settings, messages, tools })));
	});

	app.post('/v1/speech', async (request, reply) => {
		const ask = speechFileAsk.parse(request.body);
		const client = await inference.ready();
		const sound: Int16Array[] = [];
		let doneBy: DoneBy = { engine: ask.speak.engine, replaced: [] };
		const call = client.call('speak', { settings: ask.speak }, (event) => {
			if (event.type === 'audio') sound.push(event.pcm);
			if (event.type === 'doneBy') doneBy = { engine: event.engine, replaced: event.replaced };
		});
		reply.raw.once('close', () => call.cancel());
		piecesOf(ask.text, ask.speak.language).forEach((text, piece) => call.send({ type: 'piece', piece, text }));
		call.send({ type: 'end' });
		const { sampleRate } = await call.result;
		const wav = sound.length > 0 ? encodeWav(sound, sampleRate) : encodeWav([SPEECH_SILENCE], LISTEN_RATE);
		return await reply.type('audio/wav').header(DONE_BY_HEADER, base64urlJson(doneBy)).send(wav);
	});

	app.get('/v1/engines', async () => engines.parse(await (await inference.ready()).call('engines', {}).result));
}

function piecesOf(text: string, language: string): string[] {
	const splitter = new SentenceSplitter();
	return [...splitter.push(text), ...splitter.flush()].map(speakableIn(language)).filter((piece) => piece !== '');
}
