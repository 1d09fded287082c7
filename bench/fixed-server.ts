import { msToSamples } from '../runtime/audio/pcm';
import { FixtureServer, type FixtureReply, type Received } from '../runtime/inference/openai-client/fixtures/fixture-server.fixture';

/** What OpenAI's speech has. */
const SPEECH_RATE = 24_000;
const LOUD = 8000;

/** One server for recogniser, model and voice, by OpenAI's routes. A subclass says what they do with what they are asked. */
export abstract class FixedServer {
	private server: FixtureServer | undefined;

	protected abstract transcribe(reply: FixtureReply): Promise<void>;
	protected abstract chat(request: Received, reply: FixtureReply): Promise<void>;
	protected abstract speak(text: string, reply: FixtureReply): Promise<void>;

	async start(): Promise<this> {
		this.server = await FixtureServer.start({
			'GET /v1/models': async (_request, reply) => await reply.json(200, { object: 'list', data: [{ id: 'fixed', object: 'model', owned_by: 'bench' }] }),
			'POST /v1/audio/transcriptions': async (_request, reply) => await this.transcribe(reply),
			'POST /v1/chat/completions': async (request, reply) => await this.chat(request, reply),
			'POST /v1/audio/speech': async ({ json }, reply) => await this.speak((json as { input: string }).input, reply),
		});
		return this;
	}

	get url(): string {
		if (!this.server) throw new Error('the engines do not run');
		return this.server.url;
	}

	async stop(): Promise<void> {
		await this.server?.stop();
	}
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
