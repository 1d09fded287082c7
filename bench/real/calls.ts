import { withAgent } from '../agent';
import { type Figure, numbers, option } from '../report';
import { FLITE, PACK, PIPER, TINY } from './models';

const LINES = ['--say', 'what is on my calendar tomorrow', '--say', 'thank you'];

/** Recogniser, language model, voice. */
function pairs(): ReadonlyArray<readonly [recogniser: typeof TINY, chat: string, voice: typeof PIPER]> {
	const gguf = option('--gguf', '');
	return [[PACK, 'pack:answer', FLITE], [TINY, 'pack:answer', PIPER], ...(gguf === '' ? [] : ([[TINY, gguf, PIPER]] as const))];
}

/** Whole calls in real n8n over real WebRTC: the caller's last word to the first sound of the answer. */
export async function calls(): Promise<Figure[]> {
	const counts = numbers('--callers', '1,4');
	// How many get through is another question.
	process.env.VOICE_LOOP_MAX_CALLS ??= String(Math.max(...counts));
	const figures: Figure[] = [];
	await withAgent(async (agent) => {
		for (const [recogniser, chat, voice] of pairs()) {
			await agent.change('Transcribe', { model: locator(recogniser.setting), language: 'en' });
			await agent.change('Llama Chat', { model: locator(chat) });
			await agent.change('Orpheus Speak', { engine: voice.setting, voice: '' });
			await agent.call(LINES);
			for (const count of counts) {
				const reports = await Promise.all(Array.from({ length: count }, async () => await agent.call(LINES)));
				const turns = reports.flatMap((report) => report.turns);
				const name = `${recogniser.name}, ${chat}, ${voice.name}: ${count === 1 ? '1 caller' : `${count} callers`}`;
				figures.push(
					{ name: `${name}, last word to first sound`, unit: 'ms', samples: turns.flatMap(({ responseMs }) => responseMs ?? []), bound: Number.NaN },
					{ name: `${name}, turns without an answer`, unit: '%', samples: [(100 * turns.filter(({ answered }) => !answered).length) / turns.length], bound: Number.NaN },
				);
			}
		}
	});
	return figures;
}

function locator(value: string): object {
	return { __rl: true, mode: value.startsWith('/') ? 'path' : 'list', value };
}
