import '../../runtime/inference/machine/thread-pool';
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';
import { llamaBackend } from '../../runtime/inference/llama/library';
import { threadsFor } from '../../runtime/inference/machine/cores';
import { workingGpu } from '../../runtime/inference/machine/gpu-trial';
import { wayInWords } from '../../runtime/inference/machine/llama-build';
import { modelFile } from '../../runtime/inference/models/resolve';
import { Scheduler } from '../../runtime/inference/scheduler/scheduler';
import type { OrpheusSampling } from '../../runtime/inference/speech/orpheus/token-source';
import { LlamaTokenSource } from '../../runtime/inference/speech/orpheus/tokens/llama-source';
import { pipeToParent } from '../../runtime/rpc/pipes';
import { serve } from '../../runtime/rpc/server';
import { cpuMs } from '../report';
import { listen } from './callers-of-a-voice';
import { tokenProtocol } from './token-protocol';

/** Forked by benches: Orpheus's language model as the inference process has it, with nothing around it. */
const pipe = pipeToParent();
// Native threads of loaded models would keep the process alive.
pipe.onClose(() => process.exit(0));

/** Short: what is read before the first token is not measured, and takes its time. */
const TEXT = 'At three, number';

/** Tokens that the model has read and written so far. */
let passed = 0;
let source: LlamaTokenSource | undefined;
function opened(): LlamaTokenSource {
	if (!source) throw new VoiceError('VOICE_ERR_INTERNAL', 'No model has been opened.');
	return source;
}

/** The native libraries of this process. */
const report = z.object({ sharedObjects: z.array(z.string()) });
function libraries(): string[] {
	return report.parse(process.report.getReport()).sharedObjects.filter((file) => /^lib(?:ggml|llama)/.test(path.basename(file)));
}

async function write(sampling: OrpheusSampling, sequences: number, tokens: number, signal: AbortSignal) {
	const speeches = Array.from({ length: sequences }, (_, index) => {
		const ask = { text: `${TEXT} ${index}.`, voice: 'tara', sampling, maxTokens: 2 * tokens + 16 };
		return opened().speak(ask, signal)[Symbol.asyncIterator]();
	});
	const before = passed;
	const next = async (speech: AsyncIterator<number>): Promise<void> => {
		if ((await speech.next()).done) throw new VoiceError('VOICE_ERR_INTERNAL', 'The model ended its speech.');
	};
	// All have read their prompts when all have written a token.
	await Promise.all(speeches.map(next));
	const depth = Math.round((passed - before) / sequences);
	const from = process.cpuUsage();
	const startedAt = performance.now();
	await Promise.all(
		speeches.map(async (speech) => {
			for (let token = 0; token < tokens; token++) await next(speech);
		}),
	);
	const cost = { wallMs: performance.now() - startedAt, cpuMs: cpuMs(from), depth };
	await Promise.all(speeches.map(async (speech) => await speech.return?.(undefined)));
	return cost;
}

serve(tokenProtocol, pipe, {
	look: async () => {
		const { llama } = await llamaBackend();
		const { refused } = await workingGpu();
		return { gpu: llama.gpu || '', cards: llama.gpu ? await llama.getGpuDeviceNames() : [], refused: refused.map((each) => `${wayInWords(each)}: ${each.why}`) };
	},
	open: async ({ file, sequences }) => {
		const found = await modelFile(file);
		const { cores, llama } = await llamaBackend();
		// The bench wrote the file itself: it need not be tried in a throw-away process first.
		source = new LlamaTokenSource(found, { approve: async () => undefined }, new Scheduler(), (count) => void (passed += count), { sequences });
		await source.warm();
		return { threads: threadsFor(found.bytes, cores, llama.gpu !== false), onGpu: llama.gpu !== false, libraries: libraries() };
	},
	write: async ({ sampling, sequences, tokens }, { signal }) => await write(sampling, sequences, tokens, signal),
	voices: async (asked) => await listen({ source: opened(), ...asked }),
});
