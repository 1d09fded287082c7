// Guards against: a download that nobody agreed to, an answer that scripts cannot read, a wrong exit code, and a
// command that lies about what is here.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { answer, Hub, hubModelBytes, testLimits } from '../../inference/models/download/hub.fixture';
import { Models } from '../../inference/models/models';
import { enoughFor, ownCatalogue, type OwnModel, serveModels, tooSmall } from '../../inference/models/own-catalogue.fixture';
import { modelPath } from '../../inference/models/resolve';
import type { FindSnacPlace } from '../../inference/speech/orpheus/snac/card/card-trial';
import { runModels } from './models-command';
import type { Terminal } from './terminal';

const content = hubModelBytes(50_000);
const all: OwnModel[] = [
	{ id: 'talker', files: { 'talker.gguf': content }, licence: 'llama3.2' },
	{ id: 'voice', task: 'voice', files: { 'model.onnx': content, 'tokens.txt': hubModelBytes(100, 2) }, unknown: true },
];

let folder: string;
let hub: Hub;
let env: Record<string, string>;

beforeEach(async () => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-command-'));
	hub = await Hub.open(serveModels(all));
	env = ownCatalogue(folder, all, [{ base: hub.base, publisher: true }]);
});
afterEach(async () => {
	await hub.close();
	rmSync(folder, { recursive: true });
});

/** What the command says, with a person at the terminal who answers so, or without. */
async function command(argv: string[], person?: string, options: { probe?: typeof enoughFor; signal?: AbortSignal; snacPlace?: FindSnacPlace } = {}) {
	const out: string[] = [];
	const notes: string[] = [];
	const questions: string[] = [];
	const terminal: Terminal = {
		out: (line) => out.push(line),
		note: (line) => notes.push(line),
		overwrite: () => undefined,
		interactive: person !== undefined,
		columns: 80,
		ask: async (question) => {
			questions.push(question);
			return person ?? '';
		},
	};
	const { probe = enoughFor, signal = new AbortController().signal, snacPlace } = options;
	const code = await runModels(argv, terminal, () => new Models(env, { probe, limits: testLimits(), ...(snacPlace ? { snacPlace } : {}) }), signal);
	return { code, out: out.join('\n'), notes: notes.join('\n'), questions };
}
function stored(name: string): string {
	return path.join(folder, 'store', name);
}

describe('list', () => {
	it('says what SNAC runs on, and why, once its file is here', async () => {
		const withSnac: OwnModel[] = [...all, { id: 'decoder', task: 'snac', files: { 'decoder.onnx': content } }];
		await hub.close();
		hub = await Hub.open(serveModels(withSnac));
		env = ownCatalogue(folder, withSnac, [{ base: hub.base, publisher: true }]);
		const snacPlace: FindSnacPlace = async (file) => await Promise.resolve({ onCard: file.endsWith('decoder.onnx'), why: '8.0 ms for 13 frames' });
		expect((await command([], undefined, { snacPlace })).out).not.toContain('SNAC,');
		await command(['fetch', 'decoder', '--yes']);
		expect((await command([], undefined, { snacPlace })).out).toMatch(/^SNAC, .* runs on the GPU \(8\.0 ms for 13 frames\)\.$/m);
		env.VOICE_LOOP_GPU = 'off';
		expect((await command([])).out).toMatch(/^SNAC, .* runs on the CPU \(VOICE_LOOP_GPU is off\)\.$/m);
	});

	it('shows what there is, what is here or begun, what auto takes, why, and where', async () => {
		const before = await command([]);
		expect(before.code).toBe(0);
		expect(before.out).toMatch(/^\* {2}talker +chat +50 kB +not installed +llama3\.2$/m);
		expect(before.out).toMatch(/^This machine has 16 GB of RAM, 8 cores and no NVIDIA GPU\.$/m);
		expect(before.out).toMatch(/^ {2}chat +The talker: the models for a machine for tests fit$/m);
		expect(before.out).toMatch(/^ {2}snac +none: /m);
		expect(before.out).toContain(`Folder: ${stored('').slice(0, -1)}`);
		expect(before.out).toMatch(/^Download what suits this machine \(100 kB\): voice-loop models fetch auto$/m);
		expect(before.out).toMatch(/^ {2}llama3\.2 +to be accepted +https:\/\/example\.org\/llama +Llama 3\.2 Community License$/m);
		expect(before.out).toMatch(/^Now "auto" hears with the offline pack .*, answers with the offline pack .* and speaks with flite\.$/m);
		expect(before.out).not.toMatch(/pack:/);
		await command(['fetch', 'auto', '--yes']);
		rmSync(stored('voice/model.onnx'));
		writeFileSync(stored('voice/model.onnx.part'), content.subarray(0, 30_000));
		const after = await command(['list']);
		expect(after.out).toMatch(/^\* {2}talker .* 50 kB +installed/m);
		expect(after.out).toMatch(/^ {2}llama3\.2 +accepted on \d{4}-\d\d-\d\d /m);
		expect(after.out).toContain('answers with The talker and speaks with flite.');
		expect(after.out).toMatch(/^\* {2}voice .* 50\.1 kB +partly, 30\.1 kB of 50\.1 kB/m);
	});

	it('says that nobody has fetched from the shipped catalogue', async () => {
		env = { VOICE_LOOP_MODELS: path.join(folder, 'store') };
		const { out } = await command([]);
		expect(out).toMatch(/Note: this project has not fetched any of these files itself\./);
		expect(out).not.toContain('undefined');
	});
});

describe('fetch', () => {
	it('shows size and licence and fetches nothing without a yes', async () => {
		for (const said of ['', 'n', 'yess', 'no']) {
			const { code, notes, questions, out } = await command(['fetch', 'talker'], said);
			expect({ code, out, asked: questions.length }).toEqual({ code: 1, out: '', asked: 1 });
			expect(notes).toMatch(/The talker: about 50 kB.*\n.*Llama 3\.2 Community License\n.*https:\/\/example\.org\/llama/);
			expect(notes).toContain('Nothing was downloaded.');
		}
		expect(hub.requests).toEqual([]);
	});

	it.each(['y', 'Y', 'yes', ' yes '])('fetches after "%s" and prints the path', async (said) => {
		expect(await command(['fetch', 'talker'], said)).toMatchObject({ code: 0, out: stored('talker/talker.gguf') });
	});

	it('asks nobody with --yes, and prints the path of what is here without a question', async () => {
		for (const flag of ['--yes', '-y']) expect(await command(['fetch', 'talker', flag])).toMatchObject({ code: 0, out: stored('talker/talker.gguf'), questions: [] });
		expect(await command(['fetch', 'talker'], 'n')).toMatchObject({ code: 0, out: stored('talker/talker.gguf'), questions: [] });
		expect(hub.requests).toHaveLength(1);
	});

	it('asks for a licence once: not for the next model under it, not after an interruption, not without a terminal', async () => {
		const stop = new AbortController();
		hub.react = () => stop.abort();
		expect(await command(['fetch', 'talker'], 'y', { signal: stop.signal })).toMatchObject({ code: 130, questions: [expect.stringContaining('accept this licence')] });
		hub.react = serveModels(all);
		const again = await command(['fetch', 'talker'], 'n');
		expect(again).toMatchObject({ code: 0, out: stored('talker/talker.gguf'), questions: [] });
		expect(again.notes).toMatch(/licence: Llama 3\.2 Community License \(accepted on \d{4}-\d\d-\d\d\)/);
		await command(['remove', 'talker']);
		expect(await command(['fetch', 'talker'])).toMatchObject({ code: 0, out: stored('talker/talker.gguf') });
	});

	it('asks again where the licence is not the same any more, and keeps no refusal', async () => {
		await command(['fetch', 'talker'], 'n');
		await command(['fetch', 'talker'], 'y');
		await command(['remove', 'talker']);
		for (const change of ['https://example.org/llama-2', 'Llama 3.3 Community License']) {
			const catalogue = readFileSync(env.VOICE_LOOP_MODEL_CATALOGUE ?? '', 'utf8');
			writeFileSync(env.VOICE_LOOP_MODEL_CATALOGUE ?? '', catalogue.replace(change.startsWith('http') ? 'https://example.org/llama' : 'Llama 3.2 Community License', change));
			await expect(command(['fetch', 'talker'])).rejects.toMatchObject({ code: 'VOICE_ERR_LICENCE' });
			expect((await command(['fetch', 'talker'], 'n')).questions).toHaveLength(1);
		}
	});

	it('asks nothing where no licence has to be accepted', async () => {
		expect(await command(['fetch', 'voice'], 'n')).toMatchObject({ code: 0, out: stored('voice'), questions: [] });
	});

	it('refuses where nobody can be asked, and says what to run', async () => {
		await expect(command(['fetch', 'talker', 'voice'])).rejects.toMatchObject({
			code: 'VOICE_ERR_LICENCE',
			remedy: expect.stringContaining('voice-loop models fetch talker voice --yes'),
		});
		expect(hub.requests).toEqual([]);
	});

	it('of auto fetches what suits the machine, each once, and says why', async () => {
		const { code, out, notes } = await command(['fetch', 'auto', 'voice'], 'y');
		expect(code).toBe(0);
		expect(out.split('\n')).toEqual([stored('talker/talker.gguf'), stored('voice')]);
		expect(notes).toMatch(/^chat: The talker; the models for/m);
		expect(notes).toMatch(/no checksum is known for 2 of its 2 files/);
		const small = await command(['fetch', 'auto'], 'y', { probe: tooSmall });
		expect(small).toMatchObject({ code: 0, out: '', questions: [] });
		expect(small.notes).toContain('the offline pack (appointments only) ships with the package');
	});

	it('knows no other names, and touches nothing when one of them is wrong', async () => {
		await expect(command(['fetch', 'talker', 'gpt', '--yes'])).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining('talker') });
		expect(hub.requests).toEqual([]);
	});

	it('ends with 130 when it is interrupted', async () => {
		const stop = new AbortController();
		hub.react = () => stop.abort();
		const { code, notes } = await command(['fetch', 'talker', '--yes'], undefined, { signal: stop.signal });
		expect(code).toBe(130);
		expect(notes).toContain('run the same command again to continue');
	});

	it('passes on why it failed', async () => {
		hub.react = answer(404);
		await expect(command(['fetch', 'talker', '--yes'])).rejects.toMatchObject({ code: 'VOICE_ERR_DOWNLOAD_FAILED' });
	});
});

describe('offer', () => {
	const all2 = 'Better models for this machine can be downloaded (100 kB): npm run models -- fetch auto';

	it('says size, purpose and licences, and downloads after a yes only', async () => {
		const { code, out, notes, questions } = await command(['offer'], 'y');
		expect(code).toBe(0);
		expect(notes).toMatch(/Models that suit this machine, 100 kB to download, into /);
		expect(notes).toMatch(/^ {2}answers {2}The talker, 50 kB$/m);
		expect(notes).toMatch(/^ {2}speaks {3}The voice, 50\.1 kB$/m);
		expect(notes).toMatch(/licence to accept: Llama 3\.2 Community License\n {4}https:\/\/example\.org\/llama/);
		expect(questions).toEqual([expect.stringMatching(/accept this licence and want to download\? \[y\/N\]/)]);
		expect(out.split('\n')).toEqual([stored('talker/talker.gguf'), stored('voice')]);
		expect(await command(['offer'], 'y')).toMatchObject({ code: 0, out: '', notes: '', questions: [] });
	});

	it.each(['', 'n', 'no', 'later'])('"%s" is a no that is remembered: from then on one line says how', async (said) => {
		expect(await command(['offer'], said)).toMatchObject({ code: 1, out: '', notes: expect.stringContaining('To do it later: npm run models -- fetch auto') });
		expect(await command(['offer'], 'y')).toMatchObject({ code: 0, out: '', questions: [], notes: all2 });
		expect(hub.requests).toEqual([]);
		expect(await command(['offer', '--yes'])).toMatchObject({ code: 0, out: expect.stringContaining('talker.gguf'), questions: [] });
	});

	it('offers again what is new', async () => {
		await command(['fetch', 'talker', '--yes']);
		await command(['offer'], 'n');
		await command(['remove', 'talker']);
		const { questions, notes } = await command(['offer'], 'n');
		expect(questions).toEqual([expect.stringContaining('Download them now? [y/N]')]);
		expect(notes).not.toContain('licence to accept');
	});

	it('asks nobody without a terminal, and downloads nothing', async () => {
		expect(await command(['offer'])).toMatchObject({ code: 0, out: '', questions: [], notes: all2 });
		expect(hub.requests).toEqual([]);
	});

	it('says what of it is here after an interruption, and goes on', async () => {
		const stop = new AbortController();
		let seen = 0;
		hub.react = (request, response, count) => (seen++ === 0 ? serveModels(all)(request, response, count) : stop.abort());
		expect(await command(['offer'], 'y', { signal: stop.signal })).toMatchObject({ code: 130 });
		hub.react = serveModels(all);
		const { code, notes } = await command(['offer'], 'y');
		expect(code).toBe(0);
		expect(notes).not.toContain('The talker');
	});

	it('is silent where the machine is too small or the network is forbidden', async () => {
		expect(await command(['offer'], 'y', { probe: tooSmall })).toMatchObject({ code: 0, out: '', notes: '', questions: [] });
		env.VOICE_LOOP_OFFLINE = '1';
		expect(await command(['offer', '--yes'])).toMatchObject({ code: 0, out: '', notes: '' });
	});
});

describe('verify', () => {
	it('tells good, unchanged, damaged and missing; 1 when something is wrong', async () => {
		expect(await command(['verify'])).toMatchObject({ code: 0, out: expect.stringMatching(/no models in/) });
		await command(['fetch', 'auto', '--yes']);
		const good = await command(['verify']);
		expect(good.code).toBe(0);
		expect(good.out).toMatch(/talker\/talker\.gguf: verified/);
		expect(good.out).toMatch(/voice\/model\.onnx: unchanged since the download; the publisher's checksum is not known/);
		writeFileSync(stored('voice/model.onnx'), hubModelBytes(50_000, 3));
		rmSync(stored('talker/talker.gguf'));
		const bad = await command(['verify', 'voice', 'talker']);
		expect(bad.code).toBe(1);
		expect(bad.out).toMatch(/voice\/model\.onnx: DAMAGED/);
		expect(bad.out).toMatch(/talker\/talker\.gguf: MISSING/);
		expect(bad.notes).toContain('voice-loop models remove voice && voice-loop models fetch voice');
	});
});

describe('remove', () => {
	it('says whether there was anything', async () => {
		await command(['fetch', 'talker', '--yes']);
		expect(await command(['remove', 'talker'])).toMatchObject({ code: 0, out: 'Removed talker.' });
		expect(await command(['remove', 'talker', 'voice'])).toMatchObject({ code: 0, out: 'talker is not downloaded.\nvoice is not downloaded.' });
		await expect(command(['remove', '../..'])).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});
});

describe('which', () => {
	it('prints what a task would be done with now, and why beside it', async () => {
		expect(await command(['which', 'chat'])).toMatchObject({ code: 0, out: modelPath('pack:answer'), notes: expect.stringContaining('voice-loop models fetch talker') });
		await command(['fetch', 'talker', '--yes']);
		expect(await command(['which', 'chat'])).toMatchObject({ code: 0, out: stored('talker/talker.gguf') });
		expect(await command(['which', 'voice'])).toMatchObject({ code: 0, out: 'flite' });
		expect(await command(['which', 'orpheus'])).toMatchObject({ code: 1, out: '', notes: expect.stringContaining('no model for it') });
	});
});

describe('usage', () => {
	it.each([[['--help']], [['fetch', '--help']], [['-h']]])('is shown for %j', async (argv) => {
		expect(await command(argv)).toMatchObject({ code: 0, out: expect.stringContaining('VOICE_LOOP_MODEL_MIRRORS') });
	});

	it.each([
		[['download'], /no action "download"/],
		[['constructor'], /no action "constructor"/],
		[['--force'], /--force/],
		[['fetch'], /needs the id/],
		[['remove', '--yes'], /needs the id/],
		[['which'], /one task/],
		[['which', 'chat', 'voice'], /one task/],
		[['which', 'toString'], /no task "toString"/],
		[['list', 'talker'], /takes no arguments/],
	])('is what %j gets, and 2', async (argv, reason) => {
		const { code, out, notes } = await command(argv);
		expect({ code, out }).toEqual({ code: 2, out: '' });
		expect(notes.split('\n')[0]).toMatch(reason);
	});
});
