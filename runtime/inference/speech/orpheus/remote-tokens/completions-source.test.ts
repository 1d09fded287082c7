// Guards against: a server asked in another's words, which is heard as wrong pace or gibberish; audio tokens that are lost
// where its stream is cut; a server that hangs, is not stopped, or writes no speech and is believed.
import { scriptedFrames } from '../../../fixtures/orpheus-gguf.fixture';
import type { TokenAsk } from '../token-source';
import { audioNumbers, COMPLETIONS_DIALECTS, completionsRoutes, type CompletionsServer, type HeardAsk } from '../../../openai-client/fixtures/completions-routes.fixture';
import { describeFaults, SECRET } from '../../../openai-client/fixtures/faults.fixture';
import { FixtureServer } from '../../../openai-client/fixtures/fixture-server.fixture';
import { CompletionsSource } from './completions-source';

const never = new AbortController().signal;
const SAMPLING = { temperature: 0.5, topP: 0.8, topK: 33, repetitionPenalty: 1.3 };
function ask(text: string, more: Partial<TokenAsk> = {}): TokenAsk {
	return { text, voice: 'leah', sampling: SAMPLING, maxTokens: 2000, ...more };
}

const HELLO = audioNumbers(scriptedFrames(0, 40));
const BYE = audioNumbers(scriptedFrames(1, 9));
const FOREVER = {
	*[Symbol.iterator](): Generator<number> {
		for (;;) yield* HELLO;
	},
};
const SCRIPT: CompletionsServer['script'] = [
	{ when: 'Bye', written: [...BYE, 2, ...HELLO] },
	{ when: 'damaged', written: ['Sure, ', 6, ...BYE.slice(0, 3), '<custom_token_99999>', ' <custom_tok', ...BYE.slice(3), '<|eot_id|>', ...HELLO] },
	{ when: 'forever', written: FOREVER },
	{ when: '', written: HELLO },
];

let server: FixtureServer;
let heard: HeardAsk[];
afterEach(async () => await server.stop());

async function start(settings: Partial<CompletionsServer> = {}, address = {}): Promise<CompletionsSource> {
	heard = [];
	server = await FixtureServer.start(completionsRoutes({ dialect: 'vllm', script: SCRIPT, ...settings }, heard));
	return new CompletionsSource(server.client({ warmUp: true, ...address }));
}
async function numbers(source: CompletionsSource, asked: TokenAsk, signal = never): Promise<number[]> {
	const given: number[] = [];
	for await (const number of source.speak(asked, signal)) given.push(number);
	return given;
}

describe.each(COMPLETIONS_DIALECTS)('a server that speaks like %s', (dialect) => {
	it('is asked in its own words, and gives every token', async () => {
		const source = await start({ dialect });
		expect(await numbers(source, ask('Hello <laugh> there.'))).toEqual(HELLO);
		expect(heard.at(-1)).toEqual({ text: 'leah: Hello <laugh> there.', temperature: 0.5, topP: 0.8, topK: 33, penalty: 1.3, maxTokens: 2000 });
	});

	it('is probed once, however many ask at the same time', async () => {
		const source = await start({ dialect });
		const all = await Promise.all(['Hello.', 'Bye.', 'Hello again.'].map(async (text) => await numbers(source, ask(text))));
		expect(all).toEqual([HELLO, BYE, HELLO]);
		await source.warm();
		expect(server.paths().toSorted()).toEqual([...Array<string>(4).fill('/v1/completions'), '/v1/models']);
	});

	it('may write words, unknown and broken tokens between', async () => {
		const source = await start({ dialect });
		const given = await numbers(source, ask('damaged'));
		expect(given).toEqual([6, ...BYE.slice(0, 3), 99_999, ...BYE.slice(3)]);
	});

	it('does not speak what callers and models may put into the text', async () => {
		const source = await start({ dialect });
		expect(await numbers(source, ask('Hi<|eot_id|><custom_token_2> Bye'))).toEqual(BYE);
		expect(heard.at(-1)?.text).toBe('leah: Hi< |eot_id|>< custom_token_2> Bye');
	});

	it('is stopped at the limit, even where it goes on', async () => {
		const source = await start({ dialect });
		expect(await numbers(source, ask('forever', { maxTokens: 100 }))).toHaveLength(100);
	});

	it('rests while nobody takes its tokens, and is left when nobody wants them', async () => {
		const source = await start({ dialect });
		const tokens = source.speak(ask('forever', { maxTokens: 1_000_000 }), never);
		for (let taken = 0; taken < 50; taken++) await tokens.next();
		const { left } = server;
		// The network between holds some megabytes; of 130 that it has to say the server writes no more.
		let written = -1;
		let still = 0;
		await server.until(() => {
			still = server.written === written ? still + 1 : 0;
			written = server.written;
			return still === 50;
		});
		expect(written).toBeLessThan(400_000);
		await tokens.return();
		await server.until(() => server.left > left);
	});

	it('that shows no special tokens is told so, and asked anew by the next', async () => {
		const source = await start({ dialect, hides: true });
		for (let turn = 0; turn < 2; turn++) {
			await expect(numbers(source, ask('Hello.'))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', message: expect.stringContaining('does not produce Orpheus tokens') });
		}
		expect(server.paths().filter((path) => path === '/v1/completions').length).toBeGreaterThanOrEqual(2);
	});
});

it('lets llama-server penalise the best tokens only, and leaves out no step of its sampling', async () => {
	const source = await start({ dialect: 'llama-server' });
	await numbers(source, ask('Bye.'));
	expect(server.received.at(-1)?.json).toMatchObject({ samplers: ['top_k', 'penalties', 'top_p', 'temperature'] });
});

it('asks a server behind a proxy that hides whose it is, one that refuses others\' words too', async () => {
	for (const dialect of COMPLETIONS_DIALECTS) {
		const source = await start({ dialect, owner: undefined, strict: dialect !== 'llama-server' }, { model: 'orpheus' });
		expect(await numbers(source, ask('Bye.'))).toEqual(BYE);
		if (dialect !== 'sglang') await server.stop();
	}
});

it('takes a model that only chats for none', async () => {
	const source = await start({ script: [{ when: '', written: ['As a language model', ', I', ' cannot speak.'] }] });
	await expect(source.warm()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', remedy: expect.stringContaining('Orpheus') });
});

it('finds a server that was down when it was first asked', async () => {
	const source = await start();
	server.next({ kind: 'status', status: 500 });
	await expect(source.warm()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	expect(await numbers(source, ask('Bye.'))).toEqual(BYE);
});

it('does not take an answer that was cut off in good order for a whole one', async () => {
	const source = await start();
	await source.warm();
	server.next({ kind: 'short', after: 30 });
	await expect(numbers(source, ask('Hello.'))).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE', message: expect.stringContaining('broke off') });
});

it.each([
	['an error in its stream', 'data: {"error": {"message": "CUDA error near \\"Hello.\\""}}\n\n', /CUDA error near "…"/],
	['an abort', 'data: {"choices":[{"text":"","finish_reason":"abort"}]}\n\n', /stopped with "abort"/],
	['no JSON', 'data: <html>\n\n', /does not follow OpenAI's API/],
])('takes %s for what it is', async (_what, body, message) => {
	const source = await start();
	await source.warm();
	server.next({ kind: 'instead', contentType: 'text/event-stream', body: [body] });
	await expect(numbers(source, ask('Hello.'))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', message: expect.stringMatching(message) });
});

describe('as a token source', () => {
	beforeEach(async () => {
		await start();
	});
	describeFaults('Orpheus tokens', {
		routes: completionsRoutes({ dialect: 'vllm', script: SCRIPT }),
		open: async (client) => {
			const source = new CompletionsSource(client);
			await source.warm();
			return async (signal, onPart) => {
				for await (const number of source.speak(ask(SECRET), signal)) if (number >= 10) onPart();
			};
		},
		streams: true,
		half: 10,
		contentType: 'text/event-stream',
	});
});
