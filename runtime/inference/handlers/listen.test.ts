// Guards against: recognition that loses sound, answers after it was closed, or keeps a caller's stream for ever.
import { InferenceProcess } from '../fixtures/inference-process.fixture';
import type { ListenEvent } from '../../rpc/inference-protocol';

const SENTENCE = 'book a dentist appointment tomorrow at three p m';

describe('listen', () => {
	let inference: InferenceProcess;
	let speech: Int16Array[];

	beforeAll(async () => {
		inference = new InferenceProcess();
		speech = [];
		const call = inference.client.call('speak', { settings: { voice: 'rms' } }, (event) => {
			if (event.type === 'audio') speech.push(event.pcm);
		});
		call.send({ type: 'piece', piece: 0, text: SENTENCE });
		call.send({ type: 'end' });
		await call.result;
	});
	afterAll(async () => await inference.stop());

	const open = (model = 'pack:listen') => {
		const events: ListenEvent[] = [];
		let arrived = (): void => undefined;
		const call = inference.client.call('listen', { settings: { model } }, (event) => {
			events.push(event);
			arrived();
		});
		const next = async (type: ListenEvent['type'], id = ''): Promise<ListenEvent> => {
			for (;;) {
				const found = events.find((event) => event.type === type && (!('id' in event) || event.id === id));
				if (found) return found;
				await new Promise<void>((resolve) => {
					arrived = resolve;
				});
			}
		};
		return { call, events, next };
	};

	it('hears a sentence while it is spoken, and again after a reset', async () => {
		const { call, events, next } = open();
		await next('ready');
		for (const id of ['first', 'second']) {
			for (const pcm of speech) call.send({ type: 'audio', pcm });
			call.send({ type: 'flush', id });
			expect(await next('final', id)).toMatchObject({ text: SENTENCE, understood: true });
			call.send({ type: 'reset' });
		}
		expect(events.filter(({ type }) => type === 'partial').length).toBeGreaterThan(1);
		call.send({ type: 'close' });
		await expect(call.result).resolves.toEqual({});
	});

	it('tells the text so far, and goes on', async () => {
		const { call, next } = open();
		for (const pcm of speech) call.send({ type: 'audio', pcm });
		call.send({ type: 'soFar', id: 'pause' });
		expect(await next('soFar', 'pause')).toMatchObject({ text: SENTENCE, understood: true, engine: 'pack:listen' });
		call.send({ type: 'flush', id: 'end' });
		expect(await next('final', 'end')).toMatchObject({ text: SENTENCE });
		call.send({ type: 'close' });
		await call.result;
	});

	it('answers a flush that was asked for before the close', async () => {
		const { call, next } = open();
		for (const pcm of speech) call.send({ type: 'audio', pcm });
		call.send({ type: 'flush', id: 'last' });
		call.send({ type: 'close' });
		await call.result;
		expect(await next('final', 'last')).toMatchObject({ text: SENTENCE });
	});

	it('ends when the caller is gone', async () => {
		const before = (await inference.client.call('stats', {}).result).listens;
		const { call, next } = open();
		await next('ready');
		call.cancel();
		await expect(call.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		const { listens } = await inference.client.call('stats', {}).result;
		expect(listens).toEqual({ ...before, cancelled: before.cancelled + 1 });
	});

	it.each(['/nowhere', 'nothing'])('refuses the model %s', async (model) => {
		await expect(open(model).call.result).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});

	it('transcribes a recording', async () => {
		const { result } = inference.client.call('transcribe', { settings: {}, pcm: speech });
		expect(await result).toMatchObject({ text: SENTENCE, understood: true });
	});
});
