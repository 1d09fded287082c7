// Guards against: a recogniser from a model hub that is refused though it can be run, or taken though it cannot. Weights of Moonshine cannot be had here: these files are made in its format.
// The process runs from dist/: test/fresh-build.mjs builds it.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LISTEN_RATE } from '../../../audio/pcm';
import { transcribeSettings } from '../../../contract/agent-settings';
import { moonshineExport, MOONSHINE_SAYS, writeFiles } from '../../fixtures/moonshine-export.fixture';
import { readVoiceModel } from '../../speech/sherpa/voice-model';
import { encodeOnnx } from '../../workers/onnx/onnx-writer';
import { createRecogniser } from '../recognisers';
import { readRecogniserModel } from './recogniser-model';

jest.setTimeout(60_000);

const root = mkdtempSync(path.join(os.tmpdir(), 'hugging-face-'));
const { encoder, decoder, tokenizer, binaryTokenizer } = moonshineExport();
const saved = process.env.VOICE_LOOP_MODELS;
beforeAll(() => (process.env.VOICE_LOOP_MODELS = path.join(root, 'models')));
afterAll(() => {
	process.env.VOICE_LOOP_MODELS = saved;
	rmSync(root, { recursive: true });
});

const MOONSHINE = { 'config.json': '{"model_type":"moonshine"}', 'tokenizer.json': tokenizer, 'onnx/encoder_model.onnx': encoder, 'onnx/decoder_model_merged.onnx': decoder };
/** What a Whisper's export is given. */
const whisper = encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'input_features', type: 'float', dims: ['batch', 80, 3000] }], outputs: [] });

let folders = 0;
const folderWith = (files: Readonly<Record<string, string | Buffer>>): string => writeFiles(path.join(root, `model-${folders++}`), files);

it.each<[string, Record<string, string | Buffer>, string]>([
	['the hub\'s folder', MOONSHINE, ''],
	['its graphs', MOONSHINE, 'onnx'],
	['one of its graphs', MOONSHINE, 'onnx/decoder_model_merged.onnx'],
	['smaller ones', { ...MOONSHINE, 'onnx/encoder_model_quantized.onnx': encoder, 'onnx/decoder_model_merged_quantized.onnx': decoder }, ''],
	['one folder for all, as a browser downloads it', { 'tokenizer.json': tokenizer, 'encoder_model.onnx': encoder, 'decoder_model_merged.onnx': decoder }, ''],
	['its authors\' own tokenizer', { 'tokenizer.bin': binaryTokenizer, 'encoder_model.onnx': encoder, 'decoder_model_merged.onnx': decoder }, ''],
])('Moonshine hears, from %s', async (_what, files, name) => {
	const recogniser = await createRecogniser(path.join(folderWith(files), name));
	const second = Int16Array.from({ length: 2 * LISTEN_RATE }, (_, at) => 8000 * Math.sin(at / 9) * Math.sin(at / 2000));
	const { text } = await recogniser.transcribeAll(transcribeSettings.parse({}), second);
	await recogniser.close();
	expect(text).toBe(MOONSHINE_SAYS);
});

it('takes the precision that is named, and otherwise the one of eight bits', async () => {
	const folder = folderWith({ ...MOONSHINE, 'onnx/encoder_model_quantized.onnx': encoder, 'onnx/decoder_model_merged_quantized.onnx': decoder, 'onnx/decoder_model_merged_q4.onnx': decoder });
	const decoderOf = async (name: string): Promise<string> => path.basename((await readRecogniserModel(path.join(folder, name))).files['moonshine']?.['mergedDecoder'] ?? '');
	expect(await decoderOf('')).toBe('decoder_model_merged_quantized.onnx');
	expect(await decoderOf('onnx/encoder_model.onnx')).toBe('decoder_model_merged.onnx');
	expect(await decoderOf('onnx/decoder_model_merged_q4.onnx')).toBe('decoder_model_merged_q4.onnx');
});

it('takes sherpa-onnx\'s own folder of it, in onnxruntime\'s format', async () => {
	const folder = folderWith({ 'encoder_model.ort': '\x1c\0\0\0ORTM', 'decoder_model_merged.ort': '\x1c\0\0\0ORTM', 'tokens.txt': 'YQ== 0\n' });
	expect(await readRecogniserModel(folder)).toMatchObject({ streaming: false, tokens: path.join(folder, 'tokens.txt'), files: { moonshine: { encoder: path.join(folder, 'encoder_model.ort') } } });
});

it.each<[string, Record<string, string | Buffer>, string, RegExp, RegExp]>([
	['a decoder without its encoder', { 'tokenizer.json': tokenizer, 'onnx/decoder_model_merged.onnx': decoder }, 'VOICE_ERR_MODEL_MISSING', /lacks encoder_model\.onnx/, /all of its files/],
	['an encoder without its decoder', { 'tokenizer.json': tokenizer, 'encoder_model.onnx': encoder }, 'VOICE_ERR_MODEL_MISSING', /lacks decoder_model_merged\.onnx/, /all of its files/],
	['two decoders that are not merged', { 'tokenizer.json': tokenizer, 'encoder_model.onnx': encoder, 'decoder_model.onnx': decoder, 'decoder_with_past_model.onnx': decoder }, 'VOICE_ERR_MODEL_MISSING', /lacks decoder_model_merged\.onnx/, /all of its files/],
	['no tokenizer', { 'encoder_model.onnx': encoder, 'decoder_model_merged.onnx': decoder }, 'VOICE_ERR_MODEL_MISSING', /lacks tokenizer\.json/, /all of its files/],
	['half a tokenizer', { ...MOONSHINE, 'tokenizer.json': tokenizer.slice(0, 50) }, 'VOICE_ERR_MODEL_BROKEN', /tokenizer\.json .*cut off/, /again/],
	['another JSON for a tokenizer', { ...MOONSHINE, 'tokenizer.json': '{"error":"Not found"}' }, 'VOICE_ERR_MODEL_BROKEN', /tokenizer\.json .*no tokenizer/, /again/],
	['half a decoder', { ...MOONSHINE, 'onnx/decoder_model_merged.onnx': decoder.subarray(0, 200) }, 'VOICE_ERR_MODEL_BROKEN', /decoder_model_merged\.onnx .*cut off/, /again/],
	['a pointer of Git LFS', { ...MOONSHINE, 'onnx/encoder_model.onnx': 'version https://git-lfs.github.com/spec/v1\n' }, 'VOICE_ERR_MODEL_BROKEN', /encoder_model\.onnx .*Git LFS/, /git lfs pull/],
	['Kokoro', { 'config.json': '{}', 'onnx/model.onnx': whisper, 'voices/af_heart.bin': '' }, 'VOICE_ERR_BAD_REQUEST', /is a Kokoro/, /Orpheus Speak/],
])('refuses %s, by its name', async (_what, files, code, message, remedy) => {
	await expect(createRecogniser(folderWith(files))).rejects.toMatchObject({ code, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
});

it('is no voice', async () => {
	await expect(readVoiceModel(folderWith(MOONSHINE), { prepared: root, models: root, env: {} })).rejects.toMatchObject({
		code: 'VOICE_ERR_BAD_REQUEST',
		message: expect.stringContaining('a Moonshine or Whisper recogniser, not a voice'),
		remedy: expect.stringContaining('Transcribe'),
	});
});
