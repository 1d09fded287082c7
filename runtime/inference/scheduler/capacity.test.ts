// Guards against: calls let in that will be served badly, a first call refused, or a reason nobody understands.
import fc from 'fast-check';
import { capacityOf, type Measured } from './capacity';
import { RealTime } from './real-time';

function lane(written: number | undefined, read?: number, onGpu = false) {
	return { written, read, onGpu };
}

describe('capacityOf', () => {
	it('knows nothing where nothing was measured', () => {
		expect(capacityOf({ cores: 4 })).toEqual({ sessions: null, why: '' });
		expect(capacityOf({ cores: 4, orpheus: lane(undefined), chat: lane(undefined) })).toEqual({ sessions: null, why: '' });
	});

	it('says what sets the limit', () => {
		expect(capacityOf({ cores: 4, orpheus: lane(210) })).toEqual({
			sessions: 4,
			why: 'This machine can carry 4 calls with these models: Orpheus needs 82 tokens/s per speaker, 210 were measured.',
		});
		expect(capacityOf({ cores: 2, voice: { factor: 0.4 }, recogniser: { factor: 0.1 } }).why).toBe(
			'This machine can carry 6 calls with these models: the voice needs 0.40 s of a core for a second of sound, there are 2 cores.',
		);
	});

	it('always carries one call', () => {
		expect(capacityOf({ cores: 1, orpheus: lane(10) })).toMatchObject({ sessions: 1, why: expect.stringContaining('carry 1 call with') });
	});

	it('says that not even one call is in time, and what would be', () => {
		expect(capacityOf({ cores: 8, voice: { factor: 1.28 } })).toEqual({ sessions: 1, why: 'This machine cannot keep up with even 1 call: the voice works 1.28 s on a second of sound. Choose a smaller model for it, or a server.' });
		expect(capacityOf({ cores: 8, recogniser: { factor: 1.1 }, orpheus: lane(900) })).toMatchObject({ sessions: 1, why: expect.stringContaining('the recogniser works 1.10 s') });
	});

	it('names an engine that was tried here and is in time', () => {
		const voice = { factor: 1.28, quicker: { name: 'piper-joe', factor: 0.1 } };
		expect(capacityOf({ cores: 2, voice }).why).toBe('This machine cannot keep up with even 1 call: the voice works 1.28 s on a second of sound. piper-joe was tried here and works 0.10 s: choose it, another small model, or a server.');
		expect(capacityOf({ cores: 2, voice: { ...voice, quicker: { name: 'kokoro', factor: 1.1 } } }).why).not.toContain('kokoro');
	});

	it('counts ends that come together where whole utterances are heard', () => {
		const base = { coreMs: 250, soundMs: 4000, cores: 2 };
		const recogniser = { factor: 0.05 };
		expect(capacityOf({ cores: 2, recogniser, utterance: base })).toEqual({
			sessions: 8,
			why: 'This machine can carry 8 calls with these models: the recogniser takes 0.25 s of a core for what a caller says, 2 cores can do it at a time, and where more calls end together the last one waits for longer than 1 s.',
		});
		// Half of the cores, as there is no memory for more.
		expect(capacityOf({ cores: 2, recogniser, utterance: { ...base, cores: 1 } }).sessions).toBe(4);
		expect(capacityOf({ cores: 2, recogniser, utterance: base, voice: { factor: 0.9 } })).toMatchObject({ sessions: 3, why: expect.stringContaining('the voice') });
		expect(capacityOf({ cores: 2, recogniser: { factor: 0.8 }, utterance: { ...base, coreMs: 2500 } })).toMatchObject({ sessions: 1, why: expect.stringMatching(/late with even 1 call: .*2\.50 s/) });
	});

	it('adds up what shares a processor, and lets the busier one decide', () => {
		const chat = lane(28, 80);
		expect(capacityOf({ cores: 2, chat }).sessions).toBe(2);
		expect(capacityOf({ cores: 2, chat, orpheus: lane(210, undefined, true) }).sessions).toBe(2);
		expect(capacityOf({ cores: 2, chat: { ...chat, onGpu: true }, orpheus: lane(210, undefined, true) }).sessions).toBe(1);
	});

	it('never promises more for a slower machine or for more work', () => {
		const rate = fc.double({ min: 1, max: 5000, noNaN: true });
		fc.assert(
			fc.property(rate, rate, rate, fc.double({ min: 0.01, max: 2, noNaN: true }), fc.integer({ min: 1, max: 64 }), (orpheus, written, read, voice, cores) => {
				const all: Measured = { orpheus: lane(orpheus), chat: lane(written, read), voice: { factor: voice }, cores };
				const sessions = capacityOf(all).sessions!;
				expect(sessions).toBeGreaterThanOrEqual(1);
				expect(capacityOf({ ...all, orpheus: lane(orpheus / 2) }).sessions).toBeLessThanOrEqual(sessions);
				expect(capacityOf({ orpheus: lane(orpheus), cores }).sessions).toBeGreaterThanOrEqual(sessions);
				// What is promised is carried: half of the agents speak, a fifth of the machine is free.
				if (sessions > 1) expect((sessions / 2) * (7 * 24_000) / 2048).toBeLessThanOrEqual(0.8 * orpheus + 1e-6);
			}),
		);
	});
});

describe('RealTime', () => {
	const timed = () => {
		const clock = { at: 0, now: () => clock.at };
		const realTime = new RealTime(clock);
		const take = async (ms: number, soundMs = 1000): Promise<void> => {
			const trial = realTime.begin('flite');
			await trial.working(() => Promise.resolve((clock.at += ms)));
			// A rest in between is no work.
			clock.at += 5000;
			trial.made(soundMs);
			trial.end();
		};
		return { realTime, take };
	};

	it('gives the best of a few times', async () => {
		const { realTime, take } = timed();
		await take(700);
		await take(200);
		expect(realTime.factor('flite')).toBeUndefined();
		await take(300);
		expect(realTime.factor('flite')).toBeCloseTo(0.2);
	});

	it('tells the quickest of a kind that was seen often enough', async () => {
		const { realTime, take } = timed();
		for (let n = 0; n < 3; n++) await take(200);
		const once = realTime.begin('voice other');
		once.made(1000);
		once.end();
		expect(realTime.quickest('fl')).toEqual({ name: 'ite', factor: 0.2 });
		expect(realTime.quickest('voice ')).toBeUndefined();
	});

	it('does not count what had company, what was too short, and what failed', async () => {
		const { realTime, take } = timed();
		const company = realTime.begin('flite');
		await take(1);
		company.made(1000);
		company.end();
		for (let n = 0; n < 5; n++) await take(1, 100);
		const failing = realTime.begin('flite');
		await expect(failing.working(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
		failing.end();
		expect(realTime.factor('flite')).toBeUndefined();
		for (let n = 0; n < 3; n++) await take(400);
		expect(realTime.factor('flite')).toBeCloseTo(0.4);
	});
});
