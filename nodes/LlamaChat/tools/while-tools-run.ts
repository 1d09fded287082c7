import type { CallerTurn } from '../../shared/caller-turn';
import type { ItemWork } from '../../shared/each-item';

/**
 * Tells the runtime that this execution lives, until `run` has given the tools' results to it. An n8n that dies tells nothing, and
 * neither does one that comes back: so who waits for the results hears the end of this.
 */
export async function whileToolsRun<T>({ runtime, asker, signal }: Pick<ItemWork, 'runtime' | 'asker' | 'signal'>, { turnId }: Pick<CallerTurn, 'turnId'>, run: () => Promise<T>): Promise<T> {
	const over = new AbortController();
	const until = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
	const telling = async (): Promise<void> => {
		while (!until.aborted) await runtime.toolsRunning(turnId, asker, until);
	};
	// A runtime of an older version, or one that knows the turn no more: the results tell what becomes of it.
	telling().catch(() => undefined);
	try {
		return await run();
	} finally {
		over.abort();
	}
}
