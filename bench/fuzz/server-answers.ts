import { encodeWav } from '../../runtime/audio/wav';
import { HANG_MS } from './http-surfaces';
import { oddBytes, oddJson, oddText, toJson } from './mutate';
import { Random } from './random';
import type { OddAnswer, OpenSurface, Surface } from './surface';

const SOUND = Int16Array.from({ length: 2400 }, (_, at) => Math.round(3000 * Math.sin(at / 7)));
const PCM = Buffer.from(SOUND.buffer);
const WAV = encodeWav([SOUND], 24_000);

const DELTAS: readonly unknown[] = [
	{ role: 'assistant', content: '' },
	{ content: 'One ' },
	{ content: 'moment. ' },
	{ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"name":' } }] },
	{ tool_calls: [{ index: 0, function: { arguments: '"Ann"}' } }] },
	{ tool_calls: [{ index: 1, id: 'call_2', type: 'function', function: { name: 'look_up', arguments: { name: 'Bob', filter: { a: [1] } } } }] },
	{},
];
const USAGE = { prompt_tokens: 12, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 4 } };
const SEGMENTS = { text: 'good day', segments: [{ avg_logprob: -0.2, no_speech_prob: 0.01, tokens: [1, 2, 3] }] };

function events(random: Random): string {
	const chunks = DELTAS.map((delta, at): unknown => ({ id: 'x', choices: [{ index: 0, delta, finish_reason: at === DELTAS.length - 1 ? 'tool_calls' : null }] }));
	const all = [...chunks, { choices: [], usage: USAGE }];
	const spoilt = all.flatMap((chunk) => (random.chance(0.05) ? [] : [random.chance(0.2) ? oddJson(chunk, random) : chunk]));
	const lines = spoilt.map((chunk) => `${random.chance(0.03) ? ': comment\n' : ''}data: ${toJson(chunk)}\n\n`);
	const text = [...lines, random.chance(0.9) ? 'data: [DONE]\n\n' : ''].join('');
	return random.chance(0.2) ? oddText(text, random) : text;
}

function json(value: unknown, random: Random): string {
	const text = toJson(random.chance(0.8) ? oddJson(value, random) : value);
	return random.chance(0.2) ? oddText(text, random) : text;
}

/** The answer to a request, by its number: the same however many are under way. */
export function oddAnswer(seed: number, index: number, url: string): OddAnswer {
	const random = new Random(seed, 'answer', index, url);
	const end = random.chance(0.003) ? 'silent' : random.chance(0.05) ? 'broken' : 'whole';
	const answer = (contentType: string, body: Buffer | string, status = 200): OddAnswer => ({ status, contentType, pieces: inPieces(Buffer.from(body), random), end });
	if (random.chance(0.08)) return answer(random.pick(['application/json', 'text/html', '']), json({ error: { message: 'no such model', code: 17 }, detail: [{ loc: ['body', 0], msg: 'x' }] }, random), random.pick([400, 401, 404, 422, 429, 500, 503]));
	if (url.endsWith('/chat/completions')) {
		if (random.chance(0.2)) return answer('application/json', json({ choices: [{ message: { content: 'Hello.', tool_calls: [] }, finish_reason: 'stop' }], usage: USAGE }, random));
		return answer(random.chance(0.97) ? 'text/event-stream' : 'text/plain', events(random));
	}
	if (url.endsWith('/audio/speech')) {
		if (random.chance(0.5)) return answer('audio/wav', oddBytes(WAV, random, [4, 16, 24, 28, 40]));
		return answer(random.pick(['audio/pcm', 'audio/l16; rate=16000', 'audio/pcm; rate=1e9', 'audio/mpeg', 'application/json']), oddBytes(PCM, random, [0]));
	}
	return answer('application/json', json(SEGMENTS, random));
}

function inPieces(body: Buffer, random: Random): Buffer[] {
	const pieces: Buffer[] = [];
	for (let at = 0; at < body.length && pieces.length < 40; ) {
		const length = pieces.length === 39 ? body.length : 1 + random.below(random.chance(0.5) ? 20 : body.length);
		pieces.push(body.subarray(at, at + length));
		at += length;
	}
	return pieces;
}

const SETTINGS = { model: 'server:box', sampling: { maxTokens: 32 } };
const TRANSCRIBE = encodeWav([SOUND], 16_000);

/** What a chat, speech or recognition server answers. */
export const serverAnswers: Surface = {
	name: 'servers\' answers',
	share: 0.16,
	sideBySide: 8,
	open: async ({ seed, runtime, answers }): Promise<OpenSurface> => {
		answers.answerFor = (index, url) => oddAnswer(seed, index, url);
		const post = async (path: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<string | undefined> => {
			const answer = await fetch(`${runtime.url}${path}`, { method: 'POST', body, headers: { ...runtime.headers, 'content-type': type }, signal: AbortSignal.timeout(HANG_MS) });
			const text = await answer.text();
			return answer.ok || /"code":"VOICE_ERR_(?!INTERNAL)/.test(text) ? undefined : `${path}: HTTP ${answer.status}: ${text.slice(0, 200)}`;
		};
		return {
			try: async (index, random) => {
				const way = random.below(10);
				if (way < 6) return await post('/v1/chat', JSON.stringify({ chat: SETTINGS, messages: [{ role: 'user', content: `#${index}#` }], tools: [{ name: 'look_up' }] }), 'application/json');
				if (way < 8) return await post('/v1/speech', JSON.stringify({ text: `Number #${index}#.`, speak: { engine: 'server:box' } }), 'application/json');
				return await post(`/v1/transcriptions?settings=${encodeURIComponent(JSON.stringify({ model: 'server:box', hints: [`#${index}#`] }))}`, new Uint8Array(TRANSCRIBE), 'audio/wav');
			},
			watched: async () => await runtime.watched(),
			close: async () => {
				answers.answerFor = () => undefined;
			},
		};
	},
};
