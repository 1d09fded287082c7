import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { LISTEN_RATE } from '../../audio/pcm';
import { encodeWav, readRecording } from '../../audio/wav';
import { transcribeSettings } from '../../contract/agent-settings';
import { answeredBy, chatAsk, chatDone, DONE_BY_HEADER, engines, enginesQuery, speechFileAsk, transcriptionDone } from '../../contract/control';
import { type DoneBy, doneByOf } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { CallPermit } from '../../contract/join-token';
import { unlessCancelled } from '../../lib/async';
import { parseJson } from '../../lib/json';
import type { RpcCall, RpcClient } from '../../rpc/client';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import { SentenceSplitter } from '../../speech-text/sentence-splitter';
import { speakableIn } from '../../speech-text/speakable';
import { permittedTools } from '../calls/call-request';
import type { RestartingProcess } from '../children/restarting-process';
import { clientGone, parseRequest } from './requests';
import { UPLOAD_LIMITS, type UploadLimits, Uploads } from './uploads';

const RECORDING_TYPES = ['audio/wav', 'audio/x-wav', 'audio/wave', 'application/octet-stream'];
/** Sound crosses to inference in pieces of this size: a message has a limit. */
const PIECE_SAMPLES = 20 * LISTEN_RATE;
/** Nothing of it is remembered. */
const NO_CALL = '';

const jsonText = z
	.string()
	.default('{}')
	.refine((text) => parseJson(text) !== undefined, 'This is not JSON.')
	.transform(parseJson);

const transcriptionQuery = z.object({ settings: jsonText.pipe(transcribeSettings), answeredBy: jsonText.pipe(answeredBy) });

type Inference = Pick<RestartingProcess<InferenceProtocol>, 'ready'>;

function base64urlJson(value: unknown): string {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Asks inference, and stops its work when the client has gone. */
async function untilGone<I, R>(
	inference: Inference,
	reply: FastifyReply,
	ask: (client: RpcClient<InferenceProtocol>) => RpcCall<I, R>,
): Promise<R> {
	const gone = clientGone(reply);
	const call = ask(await unlessCancelled(inference.ready(), gone));
	gone.addEventListener('abort', () => call.cancel());
	return await call.result;
}

/** A recording in, its text out. The only path that takes large bodies. */
function transcriptionRoute(app: FastifyInstance, inference: Inference, limits: UploadLimits): void {
	const uploads = new Uploads(limits);
	app.addHook('onRequest', async (request, reply) => uploads.admit(request, reply));
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(RECORDING_TYPES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	// Anything else is not read at all.
	app.addContentTypeParser('*', (_request, _body, done) => done(null));

	app.post('/v1/transcriptions', { bodyLimit: limits.recordingBytes }, async (request, reply) => {
		const { body, query } = request;
		if (!Buffer.isBuffer(body)) throw new VoiceError('VOICE_ERR_BAD_AUDIO', 'The request has no recording.');
		const { settings, answeredBy: answers } = parseRequest(transcriptionQuery, query);
		const call = { id: NO_CALL, transcribe: settings, ...answers };
		const recording = await readRecording(body);
		request.body = undefined;
		uploads.release(request);
		const pcm: Int16Array[] = [];
		for (let from = 0; from < recording.length; from += PIECE_SAMPLES) pcm.push(recording.slice(from, from + PIECE_SAMPLES));
		const done = await untilGone(inference, reply, (client) => client.call('transcribe', { settings, pcm, call }));
		return transcriptionDone.parse(done);
	});
}

/** The nodes' work outside of a call: a recording, a prompt or a text in, the result out. */
export function standaloneRoutes(app: FastifyInstance, inference: Inference, permitOf: (turnId: string) => CallPermit | undefined, uploads: UploadLimits = UPLOAD_LIMITS): void {
	app.register(async (scope) => transcriptionRoute(scope, inference, uploads));

	app.post('/v1/chat', async (request, reply) => {
		const { chat: settings, messages, tools: offered, transcribe, turnId } = parseRequest(chatAsk, request.body);
		// A conversation of its own, but within a call: what its caller may not use, nobody uses there.
		const tools = permittedTools(offered, turnId === undefined ? undefined : permitOf(turnId));
		const call = { id: NO_CALL, transcribe, chat: settings, llamaChat: true };
		// A conversation without a name is forgotten as soon as it is answered.
		const ask = { conversation: '', settings, messages, tools, call };
		return chatDone.parse(await untilGone(inference, reply, (client) => client.call('chat', ask)));
	});

	app.post('/v1/speech', async (request, reply) => {
		const { text, speak } = parseRequest(speechFileAsk, request.body);
		const sound: Int16Array[] = [];
		let doneBy: DoneBy = { engine: speak.engine, replaced: [] };
		const { sampleRate } = await untilGone(inference, reply, (client) => {
			const call = client.call('speak', { settings: speak }, (event) => {
				if (event.type === 'audio') sound.push(event.pcm);
				if (event.type === 'doneBy') doneBy = doneByOf(event);
			});
			piecesOf(text, speak.language).forEach((piece, index) => call.send({ type: 'piece', piece: index, text: piece }));
			call.send({ type: 'end' });
			return call;
		});
		if (sound.length === 0) throw new VoiceError('VOICE_ERR_NOTHING_TO_SAY', `The voice "${doneBy.engine}" makes no sound of this text.`);
		return await reply.type('audio/wav').header(DONE_BY_HEADER, base64urlJson(doneBy)).send(encodeWav(sound, sampleRate));
	});

	app.get('/v1/engines', async (request, reply) => {
		const query = parseRequest(enginesQuery, request.query);
		return engines.parse(await untilGone(inference, reply, (client) => client.call('engines', query)));
	});
}

function piecesOf(text: string, language: string): string[] {
	const splitter = new SentenceSplitter();
	return [...splitter.push(text), ...splitter.flush()].map(speakableIn(language)).filter((piece) => piece !== '');
}
