import path from 'node:path';
import type * as CompiledScheduler from '../../../scheduler/scheduler';
import type { TokenAsk } from '../token-source';
import type * as Compiled from './llama-source';
import type { OrpheusSize } from './orpheus-model';

/** Runs by itself: Node strips the types. Does with a compiled LlamaTokenSource what token-speeches.fixture asks for. */
interface Asked {
	readonly call: number;
	readonly id: number;
	/** Begins a speech. */
	readonly ask?: TokenAsk;
	/** So many of its numbers; fewer at its end. */
	readonly pull?: number;
	readonly abort?: boolean;
}

const [, , compiled = '', model = '', size = '{}'] = process.argv;
async function open(): Promise<Compiled.LlamaTokenSource> {
	const { LlamaTokenSource } = (await import(compiled)) as typeof Compiled;
	const { Scheduler } = (await import(path.join(path.dirname(compiled), '../../../scheduler/scheduler.js'))) as typeof CompiledScheduler;
	const file = { path: model, version: '1', bytes: 0 };
	return new LlamaTokenSource(file, { approve: () => Promise.resolve() }, new Scheduler(), undefined, JSON.parse(size) as OrpheusSize);
}
const opened = open();
const speeches = new Map<number, { readonly numbers: AsyncIterator<number>; readonly abort: AbortController }>();

async function answer({ id, ask, pull = 0, abort }: Asked): Promise<number[]> {
	if (ask) {
		const control = new AbortController();
		const numbers = (await opened).speak(ask, control.signal)[Symbol.asyncIterator]();
		speeches.set(id, { numbers, abort: control });
	}
	const speech = speeches.get(id);
	if (abort) speech?.abort.abort();
	const pulled: number[] = [];
	while (speech && pulled.length < pull) {
		const next = await speech.numbers.next();
		if (next.done) break;
		pulled.push(next.value);
	}
	return pulled;
}

process.on('message', (asked: Asked) => {
	answer(asked).then(
		(numbers) => process.send?.({ call: asked.call, numbers }),
		(error: unknown) => process.send?.({ call: asked.call, code: (error as { code?: string }).code ?? String(error) }),
	);
});
process.on('disconnect', () => process.exit(0));
