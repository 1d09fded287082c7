/**
 * Runs the exported model the way the product does (node-llama-cpp, LlamaChat with functions, greedy) on held-out
 * dialogues: every answer of the assistant is generated after the true history and compared word for word.
 *
 *   gate-dialogues.py | node gate.mjs <answer.gguf> [--show <n failures>]
 *
 * Exit code 1 when fewer than 95 % of the tool calls are exact in dialogues of phrasings that training draws from.
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';

import { buildSync } from 'esbuild';
import { LlamaChat, LlamaLogLevel, getLlama } from 'node-llama-cpp';

const REQUIRED_CALLS = 0.95;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function compiledChatFormat() {
	const folder = path.join(root, 'node_modules/.cache/voice-loop');
	mkdirSync(folder, { recursive: true });
	const outfile = path.join(folder, 'chat-format.cjs');
	buildSync({
		entryPoints: [path.join(root, 'runtime/inference/chat/llama/chat-format.ts')],
		bundle: true, platform: 'node', format: 'cjs', external: ['node-llama-cpp'], outfile, logLevel: 'error',
	});
	return createRequire(import.meta.url)(outfile);
}

/** What the model did, or should have done, as one comparable value. */
function answerOf({ functionCalls, response }) {
	const [call] = functionCalls ?? [];
	return call ? { call: call.functionName, arguments: call.params } : { text: response };
}

const [modelPath, flag, shown] = process.argv.slice(2);
let toShow = flag === '--show' ? Number(shown) : 0;
const { chatWrapperFor, toChatHistory, toModelFunctions } = compiledChatFormat();
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 2048, threads: 1 });
const chat = new LlamaChat({ contextSequence: context.getSequence(), chatWrapper: await chatWrapperFor(model) });
const scores = {};
let generatedMs = 0;
let turns = 0;

for await (const line of createInterface({ input: process.stdin })) {
	const { set, messages, tools, learn } = JSON.parse(line);
	const score = (scores[set] ??= { calls: 0, callsExact: 0, texts: 0, textsExact: 0 });
	for (const [index, message] of messages.entries()) {
		if (learn[index] !== 'all') continue;
		const started = performance.now();
		const result = await chat.generateResponse(toChatHistory(messages.slice(0, index)), {
			functions: toModelFunctions(tools), documentFunctionParams: true, maxTokens: 200, temperature: 0, repeatPenalty: false,
		});
		generatedMs += performance.now() - started;
		turns += 1;
		const got = answerOf(result);
		const [call] = message.toolCalls;
		const wanted = call ? { call: call.name, arguments: call.arguments } : { text: message.content };
		const exact = isDeepStrictEqual(got, wanted);
		const kind = call ? 'calls' : 'texts';
		score[kind] += 1;
		score[`${kind}Exact`] += Number(exact);
		if (!exact && toShow-- > 0) {
			const before = messages.slice(Math.max(0, index - 3), index).map((m) => m.content || JSON.stringify(m.toolCalls[0]?.result)).join(' | ');
			console.log(`${set}: ${before}\n  wanted ${JSON.stringify(wanted)}\n  got    ${JSON.stringify(got)}`);
		}
	}
}

const percent = (part, all) => `${part} of ${all} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
for (const [set, s] of Object.entries(scores)) {
	console.log(`${set}: tool calls exact ${percent(s.callsExact, s.calls)}, texts exact ${percent(s.textsExact, s.texts)}`);
}
console.log(`${turns} answers generated through node-llama-cpp, ${(generatedMs / Math.max(1, turns)).toFixed(0)} ms each on average (1 thread)`);
const seen = scores['seen phrasings'];
const passed = seen !== undefined && seen.callsExact >= REQUIRED_CALLS * seen.calls;
console.log(passed ? 'gate passed' : 'gate NOT passed');
process.exit(passed ? 0 : 1);
