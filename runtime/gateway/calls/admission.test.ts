// Guards against: calls let in that the machine cannot carry, calls refused for no reason, and callers kept waiting at the door.
import { agentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import { FakeProcess, type FakeCall } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { ProcessState } from '../../contract/stats';
import type { MaxCalls } from '../options';
import { Admission } from './admission';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const agent = agentSettings.parse({ transcribe: {}, speak: { engine: 'orpheus' } });
const lost = new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The inference process is gone.');

class Door {
	readonly process = new FakeProcess<InferenceProtocol>(lost);
	state: ProcessState = 'ready';
	trouble: string | undefined;
	private readonly admission: Admission;

	/** `sessions`: what inference answers; left out, it does not answer. */
	constructor(limit: MaxCalls, sessions?: number | null) {
		const inference = {
			get state() {
				return state();
			},
			get trouble() {
				return trouble();
			},
			ready: async () => await this.process.ready(),
		};
		const state = (): ProcessState => this.state;
		const trouble = (): string | undefined => this.trouble;
		this.admission = new Admission(inference, limit);
		if (sessions === undefined) return;
		this.process.onCall = (call) => (call as unknown as FakeCall<InferenceProtocol, 'capacity'>).resolve({ sessions, why: 'The voice needs 4 cores.' });
	}

	/** 'in', or the error. */
	async admits(calls: number): Promise<'in' | VoiceError> {
		return await this.admission.admit(calls, agent).then(() => 'in' as const, (error: VoiceError) => error);
	}
}

describe('a number', () => {
	it('is the owner\'s word: up to it everybody is let in, whatever was measured', async () => {
		const door = new Door(3, 1);
		expect(await door.admits(2)).toBe('in');
		expect(door.process.asked).toBe(0);
	});

	it('refuses the next one, and says so', async () => {
		const door = new Door(3, null);
		expect(await door.admits(3)).toMatchObject({ code: 'VOICE_ERR_BUSY', message: '3 calls are under way.' });
		expect(await door.admits(4)).toMatchObject({ code: 'VOICE_ERR_BUSY' });
	});

	it('may be higher than what auto lets in', async () => {
		expect(await new Door(40).admits(39)).toBe('in');
	});
});

describe('auto', () => {
	it('always lets the first call in, without asking', async () => {
		const door = new Door('auto', 1);
		expect(await door.admits(0)).toBe('in');
		expect(door.process.asked).toBe(0);
	});

	it('lets in what the machine can carry with these engines', async () => {
		const door = new Door('auto', 4);
		expect(await door.admits(3)).toBe('in');
		const { transcribe, chat, speak, llamaChat } = agent;
		expect(door.process.last('capacity').params).toEqual({ transcribe, chat, speak, llamaChat });
	});

	it('refuses what it cannot carry, and says why and what to do', async () => {
		const refused = await new Door('auto', 4).admits(4);
		expect(refused).toMatchObject({ code: 'VOICE_ERR_BUSY', message: 'The voice needs 4 cores.' });
		expect((refused as VoiceError).remedy).toContain('VOICE_LOOP_MAX_CALLS');
	});

	it('lets in while nothing was measured, but never more than sixteen', async () => {
		const door = new Door('auto', null);
		expect(await door.admits(15)).toBe('in');
		expect(await door.admits(16)).toMatchObject({ code: 'VOICE_ERR_BUSY', message: '16 calls are under way.' });
		expect(await new Door('auto', 100).admits(16)).toMatchObject({ code: 'VOICE_ERR_BUSY' });
	});

	it('does not wait for an answer that is late', async () => {
		const door = new Door('auto');
		let admitted: unknown;
		void door.admits(1).then((answer) => (admitted = answer));
		await jest.advanceTimersByTimeAsync(499);
		expect(admitted).toBeUndefined();
		await jest.advanceTimersByTimeAsync(1);
		expect(admitted).toBe('in');
		door.process.last('capacity').resolve({ sessions: 1, why: 'late' });
		await jest.advanceTimersByTimeAsync(0);
		expect(admitted).toBe('in');
	});

	it('lets in where the answer fails, and leaves no timer', async () => {
		const door = new Door('auto');
		const admitted = door.admits(1);
		await jest.advanceTimersByTimeAsync(0);
		door.process.last('capacity').reject(lost);
		expect(await admitted).toBe('in');
		expect(jest.getTimerCount()).toBe(0);
	});

	it('lets in where the process cannot be had', async () => {
		const door = new Door('auto');
		door.process.refuse(lost);
		expect(await door.admits(1)).toBe('in');
	});

	it.each(['starting', 'down'] as const)('does not wait for a process that is %s', async (state) => {
		const door = new Door('auto', 1);
		door.state = state;
		expect(await door.admits(1)).toBe('in');
		expect(door.process.asked).toBe(0);
	});

	it.each([0, 1])('after %i calls it refuses the next while the models\' process hangs, and says so', async (calls) => {
		const door = new Door('auto', null);
		door.trouble = 'The inference process does not answer.';
		door.process.hold();
		const refused = door.admits(calls);
		await jest.advanceTimersByTimeAsync(3000);
		expect(await refused).toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST', status: 503, message: door.trouble, remedy: expect.stringMatching(/again/) });
		expect(jest.getTimerCount()).toBe(0);
	});

	it('lets in when the process comes back while the caller waits', async () => {
		const door = new Door('auto', null);
		door.trouble = 'The inference process ended by SIGKILL and is being started again.';
		door.process.hold();
		const admitted = door.admits(0);
		await jest.advanceTimersByTimeAsync(2000);
		door.process.come();
		expect(await admitted).toBe('in');
	});

	it('leaves no timer when it has been answered', async () => {
		await new Door('auto', 4).admits(1);
		expect(jest.getTimerCount()).toBe(0);
	});
});
