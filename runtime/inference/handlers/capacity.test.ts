// Guards against: calls that are refused because a server was waited for, as if this machine had worked all that time.
import { speakSettings, transcribeSettings } from '../../contract/agent-settings';
import { CallModels } from '../models/call-models';
import { RealTime, voiceKey } from '../scheduler/real-time';
import { Scheduler } from '../scheduler/scheduler';
import { capacityHandler } from './capacity';

const nobody = async (): Promise<never> => await Promise.reject(new Error('not needed'));

const context = { signal: new AbortController().signal, emit: () => undefined, onInput: () => undefined };

it('counts what an utterance takes of a recogniser of this machine, and names a quicker voice that was tried', async () => {
	let now = 0;
	const realTime = new RealTime({ now: () => now });
	for (const [engine, workMs] of [['slow', 1200], ['quick', 100]] as const) {
		for (let time = 0; time < 3; time++) {
			const trial = realTime.begin(voiceKey(engine));
			await trial.working(async () => await Promise.resolve((now += workMs)));
			trial.made(1000);
			trial.end();
		}
	}
	const models = { here: nobody, inSentence: (name: string) => name, worthFetching: nobody };
	const utteranceCost = async (model: string) => await Promise.resolve(model === 'whisper' ? { coreMs: 500, soundMs: 4000, cores: 2 } : undefined);
	const capacity = capacityHandler({ realTime, scheduler: new Scheduler(), locate: nobody, utteranceCost, callModels: new CallModels(models, (settings) => settings) });
	const asked = { chat: null, llamaChat: false, speak: null, transcribe: transcribeSettings.parse({ model: 'whisper' }) };
	expect(await capacity(asked, context)).toMatchObject({ sessions: 4, why: expect.stringContaining('0.50 s of a core') });
	expect(await capacity({ ...asked, speak: speakSettings.parse({ engine: 'slow' }) }, context)).toMatchObject({ sessions: 1, why: expect.stringContaining('quick was tried here and works 0.10 s') });
});

it('limits calls by the work that a voice is for this machine, not by that of a server', async () => {
	let now = 0;
	const realTime = new RealTime({ now: () => now });
	for (const engine of ['kokoro', 'server:gpu']) {
		for (let time = 0; time < 3; time++) {
			const trial = realTime.begin(voiceKey(engine));
			await trial.working(async () => {
				now += 900;
				await Promise.resolve();
			});
			trial.made(1000);
			trial.end();
		}
	}
	const models = { here: nobody, inSentence: (name: string) => name, worthFetching: nobody };
	const capacity = capacityHandler({ realTime, scheduler: new Scheduler(), locate: nobody, utteranceCost: nobody, callModels: new CallModels(models, (settings) => settings) });
	const of = async (engine: string) => await capacity({ transcribe: null, chat: null, llamaChat: false, speak: speakSettings.parse({ engine }) }, context);
	expect(await of('kokoro')).toMatchObject({ sessions: expect.any(Number), why: expect.stringContaining('0.90 s of a core') });
	expect(await of('server:gpu')).toMatchObject({ sessions: null });
});
