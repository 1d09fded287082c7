// Guards against: stages of one call that disagree because a file came in between, a next call that does not see it, a call
// that nobody can answer without a word about what to do, and look-ups where nobody said `auto`.
import { speakSettings, transcribeSettings } from '../../contract/agent-settings';
import { chatSettings } from '../../contract/chat';
import type { CallOfModels } from '../../rpc/inference-protocol';
import { CallModels } from './call-models';
import type { ModelsHere } from './pair';

let here: ModelsHere;
let looks = 0;
let said: string[] = [];

function callModels(): CallModels {
	const models = {
		here: () => {
			looks++;
			return Promise.resolve(here);
		},
		inSentence: (name: string) => `<${name}>`,
		worthFetching: () => Promise.resolve('llama'),
	};
	const named = (settings: ReturnType<typeof speakSettings.parse>, { voices }: ModelsHere) => ({ ...settings, engine: voices[0] ?? '' });
	return new CallModels(models, named, (task, model) => said.push(`${task} ${model}`));
}

function call(id: string, settings: { transcribe?: string | null; chat?: string | null; llamaChat?: boolean } = {}): CallOfModels {
	const { transcribe = 'auto', chat = 'auto', llamaChat = true } = settings;
	return {
		id,
		transcribe: transcribe === null ? null : transcribeSettings.parse({ model: transcribe }),
		chat: chat === null ? null : chatSettings.parse({ model: chat }),
		llamaChat,
	};
}

async function hears(models: CallModels, of: CallOfModels | null, model = 'auto'): Promise<string> {
	return (await models.transcribe(transcribeSettings.parse({ model }), of)).model;
}
async function answers(models: CallModels, of: CallOfModels | null, model = 'auto'): Promise<string> {
	return (await models.chat(chatSettings.parse({ model }), of)).model;
}
async function speaks(models: CallModels, of: CallOfModels | null, engine = 'auto'): Promise<string> {
	return (await models.speak(speakSettings.parse({ engine }), of)).engine;
}

const PACK: ModelsHere = { transcribe: undefined, chat: undefined, voices: ['flite'] };
const FETCHED: ModelsHere = { transcribe: 'zipformer', chat: 'llama', voices: ['kokoro', 'flite'] };

beforeEach(() => {
	here = PACK;
	looks = 0;
	said = [];
});

it('files that come in the middle of a call are for the next one, in every order of the stages', async () => {
	const stages = { hears, answers, speaks };
	for (const first of Object.values(stages)) {
		const models = callModels();
		here = PACK;
		await first(models, call('one'));
		here = FETCHED;
		expect([await hears(models, call('one')), await answers(models, call('one')), await speaks(models, call('one'))]).toEqual(['pack:listen', 'pack:answer', 'flite']);
		expect([await hears(models, call('two')), await answers(models, call('two')), await speaks(models, call('two'))]).toEqual(['zipformer', 'llama', 'kokoro']);
		models.forget('one');
		expect(await answers(models, call('one'))).toBe('llama');
	}
});

it('files that go in the middle of a call change no stage either', async () => {
	const models = callModels();
	here = FETCHED;
	await hears(models, call('one'));
	here = PACK;
	expect([await hears(models, call('one')), await answers(models, call('one'))]).toEqual(['zipformer', 'llama']);
});

it('one look for each call, none where nobody said auto', async () => {
	const models = callModels();
	const named = call('one', { transcribe: 'server:ear', chat: 'server:brain' });
	expect([await hears(models, named, 'server:ear'), await answers(models, named, 'server:brain'), await speaks(models, named, 'flite')]).toEqual(['server:ear', 'server:brain', 'flite']);
	expect(looks).toBe(0);
	for (let turn = 0; turn < 3; turn++) await Promise.all([hears(models, call('two')), answers(models, call('two')), speaks(models, call('two'))]);
	expect(looks).toBe(1);
});

it('nobody can answer: says why, what to fetch and what else to choose', async () => {
	const asked = answers(callModels(), call('one', { transcribe: 'server:ear' }));
	await expect(asked).rejects.toMatchObject({
		code: 'VOICE_ERR_MODEL_MISSING',
		message: expect.stringMatching(/^No language model on this machine can answer what <server:ear> hears: /),
		remedy: 'Fetch a language model: voice-loop models fetch llama. Or choose another model in Llama Chat, or the offline pack in Transcribe as well.',
	});
});

describe('settings that were not known when the call began', () => {
	it('a model of Llama Chat that is computed is taken for auto, and must fit what hears', async () => {
		here = { ...FETCHED, chat: undefined };
		const models = callModels();
		const computed = call('one', { chat: null });
		expect(await hears(models, computed)).toBe('pack:listen');
		expect(await answers(models, computed)).toBe('pack:answer');
		here = FETCHED;
		const next = call('two', { chat: null });
		expect(await hears(models, next)).toBe('zipformer');
		await expect(answers(models, next, 'pack:answer')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining('<zipformer>') });
		expect(await answers(models, next, 'server:brain')).toBe('server:brain');
	});

	it('a recogniser that is computed: what really heard the turn counts', async () => {
		const models = callModels();
		const computed = call('one', { transcribe: null });
		expect(await hears(models, computed, 'server:ear')).toBe('server:ear');
		await expect(answers(models, computed)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		const other = call('two', { transcribe: null });
		expect(await hears(models, other)).toBe('pack:listen');
		expect(await answers(models, other)).toBe('pack:answer');
	});

	it('where no Llama Chat answers, the best recogniser hears', async () => {
		here = { ...FETCHED, chat: undefined };
		expect(await hears(callModels(), call('one', { chat: null, llamaChat: false }))).toBe('zipformer');
	});
});

it('a recording and a prompt of no call get the best of their own, looked up each time', async () => {
	here = { ...FETCHED, chat: undefined };
	const models = callModels();
	expect([await hears(models, null), await answers(models, null)]).toEqual(['zipformer', 'pack:answer']);
	here = FETCHED;
	expect(await answers(models, null)).toBe('llama');
});

it('a recording that a Llama Chat answers outside of a call: each stage knows the other, and both choose the same pair', async () => {
	here = { ...FETCHED, chat: undefined };
	const models = callModels();
	expect([await hears(models, call('')), await answers(models, call(''))]).toEqual(['pack:listen', 'pack:answer']);
	expect(await hears(models, call('', { chat: null, llamaChat: false }))).toBe('zipformer');
	expect(await answers(models, call('', { transcribe: null }))).toBe('pack:answer');
	await expect(answers(models, call('', { transcribe: 'server:ear' }))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	here = FETCHED;
	expect([await hears(models, call('')), await answers(models, call(''))]).toEqual(['zipformer', 'llama']);
});

it('says what auto stands for when that changes, and of nothing else', async () => {
	const models = callModels();
	for (const id of ['one', 'two']) await Promise.all([hears(models, call(id)), answers(models, call(id))]);
	await answers(models, call('two'), 'server:brain');
	here = FETCHED;
	await answers(models, call('three'));
	expect(said.sort()).toEqual(['chat llama', 'chat pack:answer', 'transcribe pack:listen']);
});

it('a broken catalogue takes nothing from what is named', async () => {
	const broken = { here: () => Promise.reject(new Error('broken')), inSentence: String, worthFetching: () => Promise.resolve(undefined) };
	const models = new CallModels(broken, (settings) => settings);
	expect(await hears(models, call('one', { transcribe: 'pack:listen' }), 'pack:listen')).toBe('pack:listen');
	await expect(answers(models, call('one', { transcribe: 'pack:listen' }))).rejects.toThrow('broken');
	await expect(hears(models, call('two'))).rejects.toThrow('broken');
});

it('a catalogue that is mended is read by the same call', async () => {
	let works = false;
	const mended = { here: () => (works ? Promise.resolve(PACK) : Promise.reject(new Error('broken'))), inSentence: String, worthFetching: () => Promise.resolve(undefined) };
	const models = new CallModels(mended, (settings) => settings);
	await expect(answers(models, call('one'))).rejects.toThrow('broken');
	works = true;
	expect(await answers(models, call('one'))).toBe('pack:answer');
});

it.each([
	['', { language: 'de-AT' }, 'de'],
	['fr', { language: 'de' }, 'fr'],
	['', {}, 'en'],
	['', { language: '' }, 'en'],
])('auto speaks the language of the node ("%s"), else that of the call: %j', async (language, transcribe, wanted) => {
	const asked: unknown[] = [];
	const models = { here: async (of?: string) => await Promise.resolve((asked.push(of), FETCHED)), inSentence: (name: string) => name, worthFetching: async () => await Promise.resolve(undefined) };
	const of = { ...call('one'), transcribe: transcribeSettings.parse({ model: 'auto', ...transcribe }) };
	await new CallModels(models, (settings) => settings).speak(speakSettings.parse({ engine: 'auto', language }), of);
	expect(asked).toEqual([wanted]);
});
