// Guards against: the pack's language model answering what another recogniser has written, in any way in which `auto` can
// come to it, and a good model that is left unused for it.
import { modelPath } from './resolve';
import { type ModelsHere, pairedChat, pairedRecognisers } from './pair';

const PACK_ONLY: ModelsHere = { transcribe: undefined, chat: undefined, voices: ['flite'] };
const HEARS: ModelsHere = { ...PACK_ONLY, transcribe: 'zipformer' };
const ANSWERS: ModelsHere = { ...PACK_ONLY, chat: 'llama' };
const BOTH: ModelsHere = { ...PACK_ONLY, transcribe: 'zipformer', chat: 'llama' };
const HERE = { PACK_ONLY, HEARS, ANSWERS, BOTH };

const L = 'pack:listen';
const A = 'pack:answer';
const EAR = 'server:ear';
const BRAIN = 'server:brain';
const NOBODY: string[] = [];

function pair(transcribe: string[], chat: string[], here: ModelsHere): { hears: string[]; answers: string[] } {
	const hears = pairedRecognisers(transcribe, chat, here);
	const answers = pairedChat(chat, hears, here);
	return { hears: hears.map(({ name }) => name), answers: answers.map(({ name }) => name) };
}

it.each<[string, string[], string[], keyof typeof HERE, string[], string[]]>([
	['both auto, nothing fetched', ['auto'], ['auto'], 'PACK_ONLY', [L], [A]],
	['both auto, only a recogniser fetched', ['auto'], ['auto'], 'HEARS', [L], [A]],
	['both auto, only a language model fetched', ['auto'], ['auto'], 'ANSWERS', [L], ['llama']],
	['both auto, both fetched', ['auto'], ['auto'], 'BOTH', ['zipformer'], ['llama']],

	['a server hears, nothing fetched', [EAR], ['auto'], 'PACK_ONLY', [EAR], NOBODY],
	['a server hears, only a recogniser fetched', [EAR], ['auto'], 'HEARS', [EAR], NOBODY],
	['a server hears, a language model fetched', [EAR], ['auto'], 'ANSWERS', [EAR], ['llama']],
	['a fetched recogniser by its id', ['zipformer'], ['auto'], 'HEARS', ['zipformer'], NOBODY],
	['a recogniser by its path', ['/models/ear'], ['auto'], 'HEARS', ['/models/ear'], NOBODY],
	['the pack hears by its name', [L], ['auto'], 'HEARS', [L], [A]],
	['the pack hears by its path', [modelPath(L)], ['auto'], 'HEARS', [modelPath(L)], [A]],
	['the pack hears by its name, a language model fetched', [L], ['auto'], 'BOTH', [L], ['llama']],

	['the pack answers by its name', ['auto'], [A], 'BOTH', [L], [A]],
	['the pack answers by its path', ['auto'], [modelPath(A)], 'BOTH', [L], [modelPath(A)]],
	['a server answers', ['auto'], [BRAIN], 'HEARS', ['zipformer'], [BRAIN]],
	['a server answers, nothing fetched', ['auto'], [BRAIN], 'PACK_ONLY', [L], [BRAIN]],
	['something else than Llama Chat answers', ['auto'], [], 'HEARS', ['zipformer'], NOBODY],
	['both named: the user knows', [EAR], [A], 'BOTH', [EAR], [A]],

	['auto with a server to fall back on, nothing fetched: the server stays out', ['auto', EAR], ['auto'], 'PACK_ONLY', [L], [A]],
	['auto with a server to fall back on, both fetched', ['auto', EAR], ['auto'], 'BOTH', ['zipformer', EAR], ['llama']],
	['a server with auto to fall back on, only a recogniser fetched', [EAR, 'auto'], ['auto'], 'HEARS', [EAR, 'zipformer'], NOBODY],
	['the pack with a server to fall back on', [L, EAR], ['auto'], 'HEARS', [L], [A]],
	['a server with the pack to fall back on, and auto answers', [EAR, L], ['auto'], 'PACK_ONLY', [EAR, L], NOBODY],
	['all of it named', [L, EAR], [A], 'PACK_ONLY', [L, EAR], [A]],
	['a server answers with auto to fall back on', ['auto'], [BRAIN, 'auto'], 'HEARS', ['zipformer'], [BRAIN]],
	['a server answers with auto to fall back on, both fetched', ['auto'], [BRAIN, 'auto'], 'BOTH', ['zipformer'], [BRAIN, 'llama']],
	['a server answers with the pack to fall back on', ['auto'], [BRAIN, A], 'BOTH', ['zipformer'], [BRAIN]],
	['a server answers with the pack to fall back on, nothing fetched', ['auto'], [BRAIN, A], 'PACK_ONLY', [L], [BRAIN, A]],
	['auto answers with a server to fall back on', ['auto'], ['auto', BRAIN], 'HEARS', [L], [A, BRAIN]],
	['a server hears, auto answers with a server to fall back on', [EAR], ['auto', BRAIN], 'PACK_ONLY', [EAR], [BRAIN]],
	['auto answers with the pack by its name to fall back on', [EAR], ['auto', A], 'PACK_ONLY', [EAR], [A]],
	['nobody is asked twice', ['auto', L], ['auto', A], 'PACK_ONLY', [L], [A]],
])('%s', (_, transcribe, chat, here, hears, answers) => {
	expect(pair(transcribe, chat, HERE[here])).toEqual({ hears, answers });
});

it('no choice of two chains pairs the pack with another recogniser, unless both were named', () => {
	const names = ['auto', L, EAR, 'zipformer', A, BRAIN, 'llama'];
	const chains = (allowed: string[]): string[][] => allowed.flatMap((one) => [[one], ...allowed.map((other) => [one, other])]);
	const recognisers = chains(names.filter((name) => ![A, BRAIN, 'llama'].includes(name)));
	const models = chains(names.filter((name) => ![L, EAR, 'zipformer'].includes(name)));
	for (const transcribe of recognisers) {
		for (const chat of models) {
			for (const here of Object.values(HERE)) {
				const { hears, answers } = pair(transcribe, chat, here);
				expect(hears.length).toBeGreaterThan(0);
				const strangers = hears.filter((name) => name !== L);
				if (!answers.includes(A)) continue;
				expect(chat.includes(A) || strangers.length === 0).toBe(true);
				for (const stranger of strangers) expect(transcribe).toContain(stranger);
			}
		}
	}
});

it('a prompt that nobody has spoken is answered by the best that is here', () => {
	expect(pairedChat(['auto'], [], PACK_ONLY)).toEqual([{ name: A, auto: true }]);
	expect(pairedChat(['auto'], [], HEARS)).toEqual([{ name: A, auto: true }]);
	expect(pairedChat(['auto'], [], BOTH)).toEqual([{ name: 'llama', auto: true }]);
});
