// Guards against: a note that names ids of ours, promises what is not so, or is silent about a call that nobody can answer.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type SpeakSettings, speakSettings, transcribeSettings } from '../../contract/agent-settings';
import { chatSettings } from '../../contract/chat';
import { CallModels } from './call-models';
import { hubModelBytes } from './download/hub.fixture';
import { Models } from './models';
import { DEMO_NOTE, modelsInUse } from './models-in-use';
import { enoughFor, ownCatalogue, type OwnModel, tooSmall } from './own-catalogue.fixture';

const content = hubModelBytes(1_000_000);
const all: OwnModel[] = [
	{ id: 'talker', files: { 'talker.gguf': content } },
	{ id: 'listener', task: 'transcribe', files: { 'tokens.txt': content } },
	{ id: 'speaker', task: 'voice', files: { 'voice.onnx': content } },
];

let folder: string;
let env: Record<string, string>;
let probe = enoughFor;

beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-in-use-'));
	env = ownCatalogue(folder, all, [{ base: 'http://127.0.0.1:9', publisher: true }]);
	probe = enoughFor;
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(...ids: string[]): void {
	for (const { id, files } of all.filter((model) => ids.includes(model.id))) {
		mkdirSync(path.join(folder, 'store', id), { recursive: true });
		for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, 'store', id, name), bytes);
	}
}

async function described(transcribe: string | null = 'auto', chat: string | null = 'auto', speak: string | null = 'auto') {
	const models = new Models(env, { probe });
	const named = (settings: SpeakSettings, { voices }: { voices: readonly string[] }): SpeakSettings => ({ ...settings, engine: settings.engine === 'auto' ? (voices[0] ?? '') : settings.engine });
	const call = {
		id: 'one',
		transcribe: transcribe === null ? null : transcribeSettings.parse({ model: transcribe }),
		chat: chat === null ? null : chatSettings.parse({ model: chat }),
		llamaChat: true,
	};
	return await modelsInUse(models, new CallModels(models, named), speak === null ? null : speakSettings.parse({ engine: speak }), call);
}

it('nothing fetched: the pack, what it understands, and how to get better ones', async () => {
	expect(await described()).toEqual({
		demo: DEMO_NOTE,
		models: `Recogniser: offline pack · Language model: offline pack · Voice: flite\nBetter models (3 MB): run "voice-loop models fetch auto" on the runtime's machine.`,
	});
});

it('all fetched: their names, and nothing more to do', async () => {
	put('talker', 'listener', 'speaker');
	expect(await described()).toEqual({ demo: '', models: 'Recogniser: The listener · Language model: The talker · Voice: The speaker' });
});

it('half of it fetched: what is still to come', async () => {
	put('listener');
	expect((await described()).models).toMatch(/^Recogniser: offline pack · .*\n.*\(2 MB\)/);
});

it('the pack by its name, though better ones are here: what to choose', async () => {
	put('talker', 'listener', 'speaker');
	expect(await described('pack:listen', 'pack:answer', 'flite')).toMatchObject({ demo: DEMO_NOTE, models: expect.stringMatching(/\nBetter models are on the runtime's machine: choose Auto in Transcribe and Llama Chat\.$/) });
});

it('nobody can answer: says so before the first turn, instead of anything else', async () => {
	const { demo, models } = await described('server:ear');
	expect(demo).toBe('');
	expect(models).toBe(
		'Recogniser: server ear · Voice: flite\nNo language model on this machine can answer what the server ear hears: the offline pack\'s only understands what the offline pack\'s recogniser writes. Fetch a language model: voice-loop models fetch talker. Or choose another model in Llama Chat, or the offline pack in Transcribe as well.',
	);
});

it('advises nothing that the machine cannot run or must not fetch', async () => {
	probe = tooSmall;
	expect((await described()).models).not.toContain('fetch');
	probe = enoughFor;
	env.VOICE_LOOP_OFFLINE = '1';
	expect((await described()).models).not.toContain('fetch');
});

it('speaks only of what is known', async () => {
	expect((await described(null, null, null)).models).toMatch(/^Better models \(3 MB\)/);
	expect((await described('/models/my-ear', null)).models).toMatch(/^Recogniser: my-ear · Voice: flite\n/);
});
