// Guards against: calls that are refused because a server was waited for, as if this machine had worked all that time.
import { speakSettings } from '../../contract/agent-settings';
import { CallModels } from '../models/call-models';
import { RealTime, voiceKey } from '../scheduler/real-time';
import { Scheduler } from '../scheduler/scheduler';
import { capacityHandler } from './capacity';

const nobody = async (): Promise<never> => await Promise.reject(new Error('not needed'));

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
	const capacity = capacityHandler({ realTime, scheduler: new Scheduler(), locate: nobody, callModels: new CallModels(models, (settings) => settings) });
	const of = async (engine: string) => await capacity({ transcribe: null, chat: null, llamaChat: false, speak: speakSettings.parse({ engine }) }, { signal: new AbortController().signal, emit: () => undefined, onInput: () => undefined });
	expect(await of('kokoro')).toMatchObject({ sessions: expect.any(Number), why: expect.stringContaining('0.90 s of a core') });
	expect(await of('server:gpu')).toMatchObject({ sessions: null });
});
