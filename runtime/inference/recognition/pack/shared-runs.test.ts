// Guards against a caller who starves the others, and a model that is freed or asked while it runs.
import type { Heard, AudioStretch, Listener } from './acoustic-model';
import { type Runner, SharedRuns } from './shared-runs';

class Talker implements Listener {
	heard = 0;
	constructor(private readonly stretches: number, private readonly length = 1280) {}
	next(): AudioStretch | null {
		return this.heard < this.stretches ? { audio: new Float32Array(this.length), state: new Float32Array(1) } : null;
	}
	take(): void {
		this.heard++;
	}
}

/** Runs when told to. */
class SlowRunner implements Runner {
	readonly runs: Array<readonly AudioStretch[]> = [];
	private release: () => void = () => undefined;
	async run(stretches: readonly AudioStretch[]): Promise<Heard[]> {
		this.runs.push(stretches);
		await new Promise<void>((resolve) => (this.release = resolve));
		return stretches.map(({ state }) => ({ rows: [], state }));
	}
	async finish(): Promise<void> {
		this.release();
		await new Promise((resolve) => setImmediate(resolve));
	}
}

describe('Scheduler', () => {
	const fails = (error: unknown): never => {
		throw error;
	};

	it('gives everybody one stretch a round, equal lengths together', async () => {
		const runner = new SlowRunner();
		const scheduler = new SharedRuns(runner, fails);
		const [busy, brief, flushing] = [new Talker(5), new Talker(1), new Talker(1, 4480)];
		for (const talker of [busy, brief, flushing]) scheduler.add(talker);
		scheduler.wake();
		scheduler.wake();
		await runner.finish();
		await runner.finish();
		expect([busy.heard, brief.heard, flushing.heard]).toEqual([1, 1, 1]);
		expect(runner.runs.slice(0, 2).map((run) => run.map(({ audio }) => audio.length))).toEqual([[1280, 1280], [4480]]);
		for (let round = 0; round < 4; round++) await runner.finish();
		expect(busy.heard).toBe(5);
		// All done, and awake again when something new comes.
		scheduler.add(new Talker(1));
		scheduler.wake();
		expect(runner.runs).toHaveLength(7);
	});

	it('never puts more than 16 into a run', async () => {
		const runner = new SlowRunner();
		const scheduler = new SharedRuns(runner, fails);
		for (let count = 0; count < 20; count++) scheduler.add(new Talker(1));
		scheduler.wake();
		await runner.finish();
		expect(runner.runs.map((run) => run.length)).toEqual([16, 4]);
	});

	it('drops what was computed for somebody who left', async () => {
		const runner = new SlowRunner();
		const scheduler = new SharedRuns(runner, fails);
		const gone = new Talker(1);
		scheduler.add(gone);
		scheduler.wake();
		scheduler.remove(gone);
		await runner.finish();
		expect(gone.heard).toBe(0);
	});

	it('stops after the run under way, not during it', async () => {
		const runner = new SlowRunner();
		const scheduler = new SharedRuns(runner, fails);
		scheduler.add(new Talker(3));
		scheduler.wake();
		let stopped = false;
		const stopping = scheduler.stop().then(() => (stopped = true));
		await new Promise((resolve) => setImmediate(resolve));
		expect(stopped).toBe(false);
		await runner.finish();
		await stopping;
		scheduler.wake();
		expect(runner.runs).toHaveLength(1);
	});

	it('reports a run that fails', async () => {
		const failures: unknown[] = [];
		const runner: Runner = { run: async () => await Promise.reject(new Error('no memory')) };
		const scheduler = new SharedRuns(runner, (error) => failures.push(error));
		scheduler.add(new Talker(1));
		scheduler.wake();
		await scheduler.stop();
		expect(failures).toEqual([new Error('no memory')]);
	});
});
