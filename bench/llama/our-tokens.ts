import type { OrpheusSampling } from '../../runtime/inference/speech/orpheus/token-source';
import type { Result } from '../../runtime/rpc/protocol';
import { forked } from '../forked';
import type { TokenCost } from './peer-run';
import { tokenProtocol } from './token-protocol';

/** As the Orpheus Speak node has it by default. */
export const FULL: OrpheusSampling = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };

/** A process of its own with one of our token sources. */
export class OurTokens {
	private readonly process = forked('bench/.output/dist/llama/token-process.js', tokenProtocol, 'VOICE_ERR_INFERENCE_LOST');

	async look(): Promise<Result<(typeof tokenProtocol)['look']>> {
		return await this.process.client.call('look', {}).result;
	}

	async open(file: string, sequences: number): Promise<Result<(typeof tokenProtocol)['open']>> {
		return await this.process.client.call('open', { file, sequences }).result;
	}

	/** What a token costs when so many sequences write `tokens` each, and how many tokens each held before. */
	async write(sampling: OrpheusSampling, sequences: number, tokens: number): Promise<TokenCost & { depth: number }> {
		const { wallMs, cpuMs, depth } = await this.process.client.call('write', { sampling, sequences, tokens }).result;
		const written = sequences * tokens;
		return { wallMs: wallMs / written, cpuMs: cpuMs / written, depth };
	}

	async voices(decoder: string, streams: number, seconds: number, spreadMs: number): Promise<Result<(typeof tokenProtocol)['voices']>> {
		return await this.process.client.call('voices', { decoder, sampling: FULL, streams, seconds, spreadMs }).result;
	}

	async stop(): Promise<void> {
		await this.process.stop();
	}
}

/** The process lives as long as `use` does. */
export async function withTokens<T>(use: (tokens: OurTokens) => Promise<T>): Promise<T> {
	const tokens = new OurTokens();
	try {
		return await use(tokens);
	} finally {
		await tokens.stop();
	}
}
