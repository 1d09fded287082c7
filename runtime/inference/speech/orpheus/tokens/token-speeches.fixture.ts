import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { packageRoot } from '../../../../lib/package-root';
import type { TokenAsk } from '../token-source';
import type { OrpheusSize } from './orpheus-model';

interface Answer {
	readonly call: number;
	readonly numbers?: number[];
	readonly code?: string;
}

const SAMPLING = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };

/** A real LlamaTokenSource, compiled, in a process of its own, whose speeches go on only as far as they are pulled. */
export class TokenSpeeches {
	private readonly child: ChildProcess;
	private readonly waiting = new Map<number, (answer: Answer) => void>();
	private made = 0;

	constructor(model: string, size: OrpheusSize = {}) {
		const compiled = path.join(packageRoot(), 'dist', 'runtime', 'inference', 'speech', 'orpheus', 'tokens', 'llama-source.js');
		this.child = fork(path.join(__dirname, 'token-speeches-child.fixture.ts'), [compiled, model, JSON.stringify(size)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
		this.child.on('message', (answer: Answer) => this.waiting.get(answer.call)?.(answer));
	}

	/** Begins a speech and pulls nothing yet. */
	async speak(text: string, maxTokens = 10_000): Promise<TokenSpeech> {
		const id = ++this.made;
		const ask: TokenAsk = { text, voice: 'tara', sampling: SAMPLING, maxTokens };
		await this.call({ id, ask });
		return {
			pull: async (pull) => await this.call({ id, pull }),
			abort: async () => void (await this.call({ id, abort: true })),
		};
	}

	async stop(): Promise<void> {
		const exit = once(this.child, 'exit');
		this.child.disconnect();
		await exit;
	}

	private async call(asked: object): Promise<number[]> {
		const call = ++this.made;
		const answer = await new Promise<Answer>((resolve) => {
			this.waiting.set(call, resolve);
			this.child.send({ ...asked, call });
		});
		this.waiting.delete(call);
		if (answer.numbers) return answer.numbers;
		throw Object.assign(new Error(`the speech failed: ${answer.code}`), { code: answer.code });
	}
}

export interface TokenSpeech {
	/** The next numbers; fewer only at the end. */
	pull(count: number): Promise<number[]>;
	abort(): Promise<void>;
}
