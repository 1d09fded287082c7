// Guards against: pieces out of order, sound in messages too long for the channel, or an utterance that cannot be stopped.
import { InferenceProcess } from '../fixtures/inference-process.fixture';
import type { InferenceProtocol, SpeakEvent } from '../../rpc/inference-protocol';
import type { ParamsIn } from '../../rpc/protocol';

const LONG = 'I have booked your dentist appointment for tomorrow at three p m. Is there anything else?';

describe('speak', () => {
	let inference: InferenceProcess;
	beforeAll(() => {
		inference = new InferenceProcess();
	});
	afterAll(async () => await inference.stop());

	const open = (settings: ParamsIn<InferenceProtocol['speak']>['settings'] = {}) => {
		const events: SpeakEvent[] = [];
		const call = inference.client.call('speak', { settings }, (event) => events.push(event));
		return { call, events };
	};

	it('speaks pieces in order, in messages of at most a second, and counts their samples', async () => {
		const { call, events } = open();
		[LONG, '...', 'Yes.'].forEach((text, piece) => call.send({ type: 'piece', piece, text }));
		call.send({ type: 'end' });
		const result = await call.result;
		const ends = events.flatMap((event) => (event.type === 'pieceEnd' ? [event] : []));
		expect(ends.map(({ piece }) => piece)).toEqual([0, 1, 2]);
		expect(ends[1]?.samples).toBe(0);
		let total = 0;
		for (const { piece, samples } of ends) {
			const sound = events.flatMap((event) => (event.type === 'audio' && event.piece === piece ? [event] : []));
			expect(sound.reduce((sum, { pcm }) => sum + pcm.length, 0)).toBe(samples);
			for (const { pcm, sampleRate } of sound) expect(pcm.length).toBeLessThanOrEqual(sampleRate);
			total += samples;
		}
		expect(result).toEqual({ samples: total, sampleRate: 16_000 });
		const order = events.flatMap((event) => (event.type === 'doneBy' ? [] : [event.piece]));
		expect(order).toEqual([...order].sort((a, b) => a - b));
		expect(events[0]).toEqual({ type: 'doneBy', engine: 'flite', replaced: [] });
	});

	it('speaks a piece before it knows the next', async () => {
		const { call, events } = open();
		call.send({ type: 'piece', piece: 0, text: 'Yes.' });
		while (!events.some(({ type }) => type === 'pieceEnd')) await inference.client.call('stats', {}).result;
		expect(events[1]?.type).toBe('audio');
		call.send({ type: 'end' });
		await call.result;
	});

	it('stops when cancelled, speaking or waiting', async () => {
		const before = (await inference.client.call('stats', {}).result).speaks;
		const speaking = open();
		speaking.call.send({ type: 'piece', piece: 0, text: `${LONG} `.repeat(30) });
		const waiting = open();
		speaking.call.cancel();
		waiting.call.cancel();
		await expect(speaking.call.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await expect(waiting.call.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		const { speaks } = await inference.client.call('stats', {}).result;
		expect(speaks).toEqual({ ...before, cancelled: before.cancelled + 2 });
	});

	it.each([
		[{ voice: 'nobody' }, 'VOICE_ERR_VOICE_UNKNOWN', /slt/],
		[{ engine: 'orpheus', orpheus: { model: '/nowhere/orpheus.gguf', decoder: '/nowhere/snac.onnx' } }, 'VOICE_ERR_MODEL_MISSING', /nowhere/],
		[{ engine: 'constructor' }, 'VOICE_ERR_MODEL_MISSING', /flite/],
	])('refuses %j with a typed error', async (settings, code, message) => {
		const { call } = open(settings);
		call.send({ type: 'piece', piece: 0, text: 'Hello.' });
		await expect(call.result).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	});

	it('names its engines and voices', async () => {
		const { speak } = await inference.client.call('engines', {}).result;
		expect(speak.map(({ value }) => value)).toEqual(expect.arrayContaining(['auto', 'flite', 'orpheus']));
		expect(speak.find(({ value }) => value === 'flite')?.voices.map(({ value }) => value)).toContain('slt');
	});
});
