// Guards against: a recogniser that reopens without end when the runtime stops, that is not reopened when inference comes back, and news after close().
import { transcribeSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import { FakeProcess } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol, ListenEvent } from '../../rpc/inference-protocol';
import { settle } from './call-scenario.fixture';
import { CallRecognition } from './recognition';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const lost = new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The inference process is gone.');

async function recognise() {
	const inference = new FakeProcess<InferenceProtocol>(lost);
	const news: string[] = [];
	const recognition = new CallRecognition(inference, transcribeSettings.parse({}), {
		onReady: () => news.push('ready'),
		onPartial: (text) => news.push(`partial ${text}`),
		onText: ({ type, id, text }) => news.push(`${type} ${id} ${text}`),
		onFailed: ({ code }) => news.push(`failed ${code}`),
	});
	await settle();
	return { inference, recognition, news };
}

const FINAL: ListenEvent = { type: 'final', id: 'f1', text: 'monday', understood: true, confidence: 1, engine: 'pack:listen', replaced: [] };

it('passes sound and questions on in their order, and brings what was heard', async () => {
	const { inference, recognition, news } = await recognise();
	const stream = inference.last('listen');
	recognition.push(new Int16Array(160));
	recognition.flush('f1');
	recognition.reset();
	recognition.push(new Int16Array(160));
	await settle();
	expect(stream.inputs.map(({ type }) => type)).toEqual(['audio', 'flush', 'reset', 'audio']);
	stream.emit({ type: 'ready', partials: true }, { type: 'partial', text: 'mon' }, FINAL);
	expect(news).toEqual(['ready', 'partial mon', 'final f1 monday']);
});

it('keeps sound that comes before the process is there', async () => {
	const inference = new FakeProcess<InferenceProtocol>(lost);
	inference.die();
	const recognition = new CallRecognition(inference, transcribeSettings.parse({}), { onReady: jest.fn(), onPartial: jest.fn(), onText: jest.fn(), onFailed: jest.fn() });
	recognition.push(new Int16Array(160));
	inference.come();
	await settle();
	expect(inference.last('listen').inputs).toHaveLength(1);
});

describe('when inference dies', () => {
	it('opens again at once in the successor, and says so', async () => {
		const { inference, recognition, news } = await recognise();
		inference.last('listen').emit({ type: 'ready', partials: true });
		inference.die();
		await settle();
		inference.come();
		await settle();
		expect(inference.of('listen')).toHaveLength(2);
		inference.last('listen').emit({ type: 'ready', partials: true });
		recognition.push(new Int16Array(160));
		await settle();
		expect(inference.last('listen').inputs).toHaveLength(1);
		expect(news).toEqual(['ready', 'failed VOICE_ERR_INFERENCE_LOST', 'ready']);
	});

	it('drops what the dead stream still says, and sound of the utterance that was lost', async () => {
		const { inference, recognition, news } = await recognise();
		const dead = inference.last('listen');
		inference.die();
		await settle();
		recognition.push(new Int16Array(160));
		dead.emit({ type: 'partial', text: 'late' });
		await settle();
		expect(news).toEqual(['failed VOICE_ERR_INFERENCE_LOST']);
		expect(dead.inputs).toEqual([]);
	});

	it('waits longer each time that it fails at once: 0, 250, 1000, 3000, 3000 ms', async () => {
		const { inference } = await recognise();
		inference.refuse(lost);
		inference.last('listen').reject(lost);
		await settle();
		const asked = (): number => inference.asked;
		expect(asked()).toBe(2);
		for (const wait of [250, 1000, 3000, 3000]) {
			const before = asked();
			await jest.advanceTimersByTimeAsync(wait - 1);
			expect(asked()).toBe(before);
			await jest.advanceTimersByTimeAsync(1);
			expect(asked()).toBe(before + 1);
		}
	});

	it('waits no longer after it has worked', async () => {
		const { inference } = await recognise();
		inference.refuse(lost);
		inference.last('listen').reject(lost);
		await jest.advanceTimersByTimeAsync(1250);
		inference.come();
		await jest.advanceTimersByTimeAsync(3000);
		inference.last('listen').emit({ type: 'ready', partials: true });
		const before = inference.asked;
		inference.last('listen').reject(lost);
		await settle();
		expect(inference.asked).toBe(before + 1);
	});
});

it('asks for nothing any more when the runtime stops', async () => {
	const { inference, news } = await recognise();
	inference.stop();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(inference.asked).toBe(1);
	expect(jest.getTimerCount()).toBe(0);
	expect(news).toEqual(['failed VOICE_ERR_STOPPING']);
});

it('asks once, not without end, where the runtime stops while it waits to open again', async () => {
	const { inference } = await recognise();
	inference.die();
	await settle();
	const asked = inference.asked;
	inference.stop();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(inference.asked).toBe(asked);
	expect(jest.getTimerCount()).toBe(0);
});

it('stays closed where the model cannot be loaded', async () => {
	const { inference, recognition, news } = await recognise();
	inference.last('listen').reject(new VoiceError('VOICE_ERR_MODEL_MISSING', 'There is no model.'));
	await jest.advanceTimersByTimeAsync(60_000);
	recognition.push(new Int16Array(160));
	expect(inference.of('listen')).toHaveLength(1);
	expect(news).toEqual(['failed VOICE_ERR_MODEL_MISSING']);
});

describe('close()', () => {
	it('ends the stream; nothing is said after it', async () => {
		const { inference, recognition, news } = await recognise();
		recognition.close();
		recognition.close();
		recognition.push(new Int16Array(160));
		await settle();
		const stream = inference.last('listen');
		expect(stream.inputs).toEqual([{ type: 'close' }]);
		stream.emit({ type: 'partial', text: 'late' }, FINAL, { type: 'ready', partials: true });
		stream.reject(lost);
		await jest.advanceTimersByTimeAsync(60_000);
		expect(news).toEqual([]);
		expect(inference.asked).toBe(1);
	});

	it('closes a stream that is only then opened', async () => {
		const inference = new FakeProcess<InferenceProtocol>(lost);
		inference.die();
		const recognition = new CallRecognition(inference, transcribeSettings.parse({}), { onReady: jest.fn(), onPartial: jest.fn(), onText: jest.fn(), onFailed: jest.fn() });
		recognition.close();
		inference.come();
		await settle();
		expect(inference.last('listen').inputs).toEqual([{ type: 'close' }]);
	});

	it('takes back a reopening that is due', async () => {
		const { inference, recognition } = await recognise();
		inference.refuse(lost);
		inference.last('listen').reject(lost);
		await settle();
		recognition.close();
		const { asked } = inference;
		await jest.advanceTimersByTimeAsync(60_000);
		expect(inference.asked).toBe(asked);
		expect(jest.getTimerCount()).toBe(0);
	});
});
