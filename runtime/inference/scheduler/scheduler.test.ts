// Guards against: a permit that is lost when somebody is cancelled or fails, and work that goes on after its end.
import fc from 'fast-check';
import { Scheduler } from './scheduler';
import type { Lane, StepKind } from './steps';

const never = new AbortController().signal;

/** A scheduler whose clock and event loop are driven by hand. */
class Driven {
	at = 0;
	private readonly planned: Array<() => void> = [];
	readonly scheduler = new Scheduler({ now: () => this.at }, (act) => this.planned.push(act));
	readonly lane: Lane = this.scheduler.lane('chat', false);

	/** One turn of the event loop. */
	async turn(): Promise<void> {
		for (const act of this.planned.splice(0)) act();
		for (let tick = 0; tick < 20; tick++) await Promise.resolve();
	}

	/** A step that runs until it is ended. */
	step(kind: StepKind, { signal = never, chunk = false, tokens = 1 } = {}) {
		let end = (): void => undefined;
		const state = { started: false, failed: undefined as unknown };
		const permit = this.scheduler.permit({ lane: this.lane, kind: () => kind, chunk }, signal);
		const result = permit(tokens, async () => {
			state.started = true;
			await new Promise<void>((resolve) => (end = resolve));
		});
		result.catch((error: unknown) => (state.failed = error));
		return { state, result, end: () => end() };
	}
}

describe('Scheduler', () => {
	it('decides together what was asked for in one turn of the event loop', async () => {
		const driven = new Driven();
		const background = driven.step('background', { chunk: true });
		const words = [driven.step('words'), driven.step('words')];
		expect(words[0]?.state.started).toBe(false);
		await driven.turn();
		expect([background, ...words].map(({ state }) => state.started)).toEqual([false, true, true]);
	});

	it('lets nobody less urgent in before who has just got a token could ask for the next', async () => {
		const driven = new Driven();
		const first = driven.step('words');
		await driven.turn();
		const background = driven.step('background', { chunk: true });
		let second: ReturnType<Driven['step']> | undefined;
		void first.result.then(() => (second = driven.step('words')));
		first.end();
		await driven.turn();
		await driven.turn();
		expect(second?.state.started).toBe(true);
		expect(background.state.started).toBe(false);
	});

	it('rejects with the signal\'s reason when aborted, before or while it waits', async () => {
		const driven = new Driven();
		const running = driven.step('words', { chunk: true });
		await driven.turn();
		const abort = new AbortController();
		const waiting = driven.step('words', { signal: abort.signal });
		abort.abort(new Error('gone'));
		await expect(waiting.result).rejects.toThrow('gone');
		await expect(driven.step('words', { signal: abort.signal }).result).rejects.toThrow('gone');
		running.end();
		await driven.turn();
		await driven.turn();
		expect(waiting.state.started).toBe(false);
		expect(driven.scheduler.idle).toBe(true);
	});

	it('gives back the permit of one who is aborted in the moment in which it is given', async () => {
		const driven = new Driven();
		const abort = new AbortController();
		// Aborts between the giving and the taking: in a microtask that comes first.
		const permit = driven.scheduler.permit({ lane: driven.lane, kind: () => (queueMicrotask(() => abort.abort()), 'words'), chunk: false }, abort.signal);
		const given = permit(1, async () => await Promise.resolve('worked')).catch(() => 'refused');
		await driven.turn();
		await given;
		const late = driven.step('words');
		await driven.turn();
		expect(late.state.started).toBe(true);
	});

	it('goes on after a step that failed', async () => {
		const driven = new Driven();
		const permit = driven.scheduler.permit({ lane: driven.lane, kind: () => 'words', chunk: false }, never);
		const failed = permit(1, () => Promise.reject(new Error('no memory')));
		failed.catch(() => undefined);
		await driven.turn();
		await expect(failed).rejects.toThrow('no memory');
		const next = driven.step('words');
		await driven.turn();
		expect(next.state.started).toBe(true);
	});

	it('loses no permit, whatever is aborted when', async () => {
		const plan = fc.array(fc.record({ abortAt: fc.nat(12), endAt: fc.nat(12), chunk: fc.boolean() }), { minLength: 1, maxLength: 10 });
		await fc.assert(
			fc.asyncProperty(plan, async (steps) => {
				const driven = new Driven();
				const live = steps.map(({ chunk, ...when }) => {
					const abort = new AbortController();
					return { ...driven.step('words', { signal: abort.signal, chunk }), abort, ...when };
				});
				for (let turn = 0; turn <= 12; turn++) {
					for (const each of live) {
						if (each.abortAt === turn) each.abort.abort();
						if (each.endAt === turn) each.end();
					}
					await driven.turn();
				}
				for (let turn = 0; turn < 30; turn++) {
					for (const each of live) each.end();
					await driven.turn();
				}
				expect(driven.scheduler.idle).toBe(true);
			}),
		);
	});

	it('measures what a lane writes together and reads, once it has seen enough', async () => {
		const driven = new Driven();
		const round = async (ms: number, ...steps: Array<Parameters<Driven['step']>>): Promise<void> => {
			const running = steps.map((step) => driven.step(...step));
			await driven.turn();
			driven.at += ms;
			for (const { end } of running) end();
			await driven.turn();
		};
		for (let n = 0; n < 7; n++) await round(10, ['words']);
		expect(driven.scheduler.speed('chat')?.written).toBeUndefined();
		await round(10, ['words']);
		expect(driven.scheduler.speed('chat')?.written).toBeCloseTo(100);
		for (let n = 0; n < 8; n++) await round(12, ['words'], ['words'], ['words']);
		expect(driven.scheduler.speed('chat')?.written).toBeCloseTo(250);
		for (let n = 0; n < 8; n++) await round(60, ['prompt', { chunk: true, tokens: 30 }], ['words']);
		expect(driven.scheduler.speed('chat')?.read).toBeCloseTo(500);
		expect(driven.scheduler.speed('chat')?.written).toBeCloseTo(250);
	});

	it('measures the lanes of a model together: what one writes while another does counts for both', async () => {
		const driven = new Driven();
		const [first, second] = driven.scheduler.lanes('orpheus', true, 2);
		const step = (lane: Lane | undefined) => {
			let end = (): void => undefined;
			const permit = driven.scheduler.permit({ lane: lane!, kind: () => 'nextSound', chunk: false }, never);
			void permit(1, async () => await new Promise<void>((resolve) => (end = resolve)));
			return () => end();
		};
		for (let round = 0; round < 10; round++) {
			const running = [first, second].flatMap((lane) => [step(lane), step(lane), step(lane), step(lane)]);
			await driven.turn();
			driven.at += 10;
			for (const end of running) end();
			await driven.turn();
		}
		expect(driven.scheduler.speed('orpheus')).toMatchObject({ onGpu: true, written: expect.closeTo(800, 0) });
	});
});
