import { msToSamples } from '../runtime/audio/pcm';
import { FixtureServer, type FixtureReply, type Received } from '../runtime/inference/openai-client/fixtures/fixture-server.fixture';

/** What OpenAI's speech has. */
const SPEECH_RATE = 24_000;
const LOUD = 8000;

/** What a recogniser, a model and a voice do with what they are asked. */
export interface FixedAnswers {
	transcribe(reply: FixtureReply): Promise<void>;
	chat(request: Received, reply: FixtureReply): Promise<void>;
	speak(text: string, reply: FixtureReply): Promise<void>;
}

/** One server for all three, by OpenAI's routes. */
export async function fixedServer(answers: FixedAnswers): Promise<FixtureServer> {
	return await FixtureServer.start({
		'GET /v1/models': async (_request, reply) => await reply.json(200, { object: 'list', data: [{ id: 'fixed', object: 'model', owned_by: 'bench' }] }),
		'POST /v1/audio/transcriptions': async (_request, reply) => await answers.transcribe(reply),
		'POST /v1/chat/completions': async (request, reply) => await answers.chat(request, reply),
		'POST /v1/audio/speech': async ({ json }, reply) => await answers.speak((json as { input: string }).input, reply),
	});
}

/** Streams a model's words; `before` waits for the time of each. */
export async function writeWords(reply: FixtureReply, words: readonly string[], before: (at: number) => Promise<void>): Promise<void> {
	const write = async (delta: object, finish: string | null): Promise<void> =>
		await reply.write(`data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'fixed', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
	reply.begin(200, { 'content-type': 'text/event-stream' });
	for (const [at, content] of words.entries()) {
		await before(at);
		await write(at === 0 ? { role: 'assistant', content } : { content }, null);
	}
	await write({}, 'stop');
	await reply.write('data: [DONE]\n\n');
}

/** 24 kHz, 16 bits, mono. */
export function tone(hz: number, ms: number): Buffer {
	const pcm = Int16Array.from({ length: msToSamples(ms, SPEECH_RATE) }, (_, at) => LOUD * Math.cos((2 * Math.PI * hz * at) / SPEECH_RATE));
	return Buffer.from(pcm.buffer);
}
