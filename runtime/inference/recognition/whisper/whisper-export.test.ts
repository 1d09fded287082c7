// Guards against: a Whisper of Hugging Face's layout that is refused though it can be run, or taken though it cannot; one that breaks
// a recogniser's rules; and one that is asked otherwise than it was trained. These files are made in its format; test/real has real ones.
// The process runs from dist/: test/fresh-build.mjs builds it.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transcribeSettings } from '../../../contract/agent-settings';
import { writeFiles } from '../../fixtures/moonshine-export.fixture';
import { whistler } from '../../fixtures/tone-recogniser.fixture';
import { whisperExport } from '../../fixtures/whisper-export.fixture';
import { readVoiceModel } from '../../speech/sherpa/voice-model';
import { encodeOnnx } from '../../workers/onnx/onnx-writer';
import { ModelFolder } from '../../workers/sherpa/folder';
import { describeRecogniser } from '../conformance.fixture';
import { createRecogniser } from '../recognisers';
import { readWhisperExport } from './whisper-export';

jest.setTimeout(60_000);

const SENTENCES = ['move my appointment to friday at noon', 'what is on my calendar', 'book dinner for two on friday'] as const;
const whistled = whistler(SENTENCES);

type Files = Record<string, string | Buffer>;

const root = mkdtempSync(path.join(os.tmpdir(), 'whisper-export-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const folderWith = (files: Files): string => writeFiles(path.join(root, `model-${folders++}`), files);

const model = whisperExport({ sentences: SENTENCES });
const english = whisperExport({ sentences: SENTENCES, multilingual: false });
const large = whisperExport({ sentences: SENTENCES, mels: 128 });

const about = ({ config, generation, tokenizer }: typeof model): Files => ({ 'config.json': JSON.stringify(config), 'generation_config.json': JSON.stringify(generation), 'tokenizer.json': JSON.stringify(tokenizer) });
const MERGED = { ...about(model), 'onnx/encoder_model.onnx': model.encoder, 'onnx/decoder_model_merged.onnx': model.merged };
const SPLIT = { ...about(model), 'encoder_model.onnx': model.encoder, 'decoder_model.onnx': model.first, 'decoder_with_past_model.onnx': model.withPast };
const without = (files: Files, ...names: readonly string[]): Files => Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
const config = (change: object): Files => ({ 'config.json': JSON.stringify({ ...model.config, ...change }) });

describeRecogniser("a Whisper of Hugging Face's layout", {
	open: async () => await createRecogniser(folderWith(MERGED)),
	sentences: SENTENCES,
	speaker: async () => await Promise.resolve(whistled),
	partials: false,
});

it.each<[string, Files, string]>([
	["the hub's folder", MERGED, ''],
	['its graphs', MERGED, 'onnx'],
	['one of its graphs', MERGED, 'onnx/decoder_model_merged.onnx'],
	['two decoders', SPLIT, ''],
	['all three decoders', { ...SPLIT, 'decoder_model_merged.onnx': model.merged }, ''],
	['one decoder that keeps nothing', without(SPLIT, 'decoder_with_past_model.onnx'), ''],
	['smaller ones', { ...about(model), 'onnx/encoder_model_quantized.onnx': model.encoder, 'onnx/decoder_model_merged_quantized.onnx': model.merged, 'onnx/encoder_model.onnx': Buffer.from('x'), 'onnx/decoder_model_merged.onnx': Buffer.from('x') }, ''],
	['halves of a precision each', { ...about(model), 'encoder_model_fp16.onnx': model.encoder, 'decoder_model_merged_q4.onnx': model.merged }, ''],
	['the files of a tokenizer before there was one file', { ...without(SPLIT, 'tokenizer.json'), 'vocab.json': JSON.stringify(model.vocabulary), 'merges.txt': '#version: 0.2\n', 'added_tokens.json': JSON.stringify(model.addedTokens) }, ''],
	['a tokenizer whose marks are in its configuration', { ...without(MERGED, 'tokenizer.json'), 'vocab.json': JSON.stringify(model.vocabulary), 'tokenizer_config.json': JSON.stringify({ added_tokens_decoder: Object.fromEntries(Object.entries(model.addedTokens).map(([content, id]) => [id, { content, special: true }])) }) }, ''],
	['no generation_config.json', without(MERGED, 'generation_config.json'), ''],
	['its features described', { ...MERGED, 'preprocessor_config.json': JSON.stringify({ feature_size: 80, sampling_rate: 16_000, hop_length: 160, n_fft: 400, chunk_length: 30 }) }, ''],
	['one that knows English only', { ...about(english), 'encoder_model.onnx': english.encoder, 'decoder_model_merged.onnx': english.merged }, ''],
	['128 mel bands', { ...about(large), 'encoder_model.onnx': large.encoder, 'decoder_model_merged.onnx': large.merged }, ''],
])('hears, from %s', async (_what, files, name) => {
	const recogniser = await createRecogniser(path.join(folderWith(files), name));
	for (const language of ['en-US', '']) {
		const { text, confidence } = await recogniser.transcribeAll(transcribeSettings.parse({ language }), whistled(SENTENCES[0]));
		expect(text).toBe(SENTENCES[0]);
		expect(confidence).toBeGreaterThan(0.9);
	}
	await recogniser.close();
});

it("is told the call's language, and says which ones it knows", async () => {
	const recogniser = await createRecogniser(folderWith(MERGED));
	// It answers nothing to another language than English.
	expect((await recogniser.transcribeAll(transcribeSettings.parse({ language: 'de' }), whistled(SENTENCES[0]))).understood).toBe(false);
	await expect(recogniser.transcribeAll(transcribeSettings.parse({ language: 'fr' }), whistled(SENTENCES[0]))).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining('en, de') });
	await recogniser.close();
});

it('takes the precision that is named, and otherwise the one of eight bits that runs on a processor', async () => {
	const names = ['', '_int8', '_quantized', '_fp16', '_q4'];
	const folder = folderWith({ ...about(model), ...Object.fromEntries(names.flatMap((name) => [[`onnx/encoder_model${name}.onnx`, model.encoder], [`onnx/decoder_model_merged${name}.onnx`, model.merged]])) });
	const decoderOf = async (name: string): Promise<string> => {
		const { decoder } = (await readWhisperExport(await ModelFolder.read(path.join(folder, name))))!;
		return path.basename('merged' in decoder ? decoder.merged : decoder.first);
	};
	expect(await decoderOf('')).toBe('decoder_model_merged_quantized.onnx');
	expect(await decoderOf('onnx/encoder_model_int8.onnx')).toBe('decoder_model_merged_int8.onnx');
	expect(await decoderOf('onnx/encoder_model.onnx')).toBe('decoder_model_merged.onnx');
	expect(await decoderOf('onnx/decoder_model_merged_fp16.onnx')).toBe('decoder_model_merged_fp16.onnx');
});

const otherDecoder = encodeOnnx({ nodes: [], tensors: [], inputs: [{ name: 'input_ids', type: 'int64', dims: ['n'] }], outputs: [] });

it.each<[string, Files, string, RegExp, RegExp]>([
	['no decoder', without(MERGED, 'onnx/decoder_model_merged.onnx'), 'VOICE_ERR_MODEL_MISSING', /lacks decoder_model_merged\.onnx \(or decoder_model\.onnx and decoder_with_past_model\.onnx\)/, /all of its files/],
	['the second decoder alone', without(SPLIT, 'decoder_model.onnx'), 'VOICE_ERR_MODEL_MISSING', /lacks decoder_model_merged\.onnx/, /all of its files/],
	['no encoder', without(MERGED, 'onnx/encoder_model.onnx'), 'VOICE_ERR_MODEL_MISSING', /lacks encoder_model\.onnx/, /all of its files/],
	['no config.json', without(MERGED, 'config.json'), 'VOICE_ERR_MODEL_MISSING', /lacks config\.json/, /all of its files/],
	['no tokenizer', without(MERGED, 'tokenizer.json'), 'VOICE_ERR_MODEL_MISSING', /lacks tokenizer\.json/, /all of its files/],
	['half a decoder', { ...MERGED, 'onnx/decoder_model_merged.onnx': model.merged.subarray(0, 900) }, 'VOICE_ERR_MODEL_BROKEN', /decoder_model_merged\.onnx .*cut off/, /again/],
	['half an encoder', { ...MERGED, 'onnx/encoder_model.onnx': model.encoder.subarray(0, 100) }, 'VOICE_ERR_MODEL_BROKEN', /encoder_model\.onnx .*cut off/, /again/],
	['a pointer of Git LFS', { ...MERGED, 'onnx/decoder_model_merged.onnx': 'version https://git-lfs.github.com/spec/v1\n' }, 'VOICE_ERR_MODEL_BROKEN', /decoder_model_merged\.onnx .*Git LFS/, /git lfs pull/],
	['a web page for a configuration', { ...MERGED, 'config.json': '<html>' }, 'VOICE_ERR_MODEL_BROKEN', /config\.json .*no JSON/, /again/],
	['half a generation_config.json', { ...MERGED, 'generation_config.json': '{"is_multilingual"' }, 'VOICE_ERR_MODEL_BROKEN', /generation_config\.json .*cut off/, /again/],
	['half a tokenizer', { ...MERGED, 'tokenizer.json': JSON.stringify(model.tokenizer).slice(0, 80) }, 'VOICE_ERR_MODEL_BROKEN', /tokenizer\.json .*cut off/, /again/],
	['a tokenizer of another kind', { ...MERGED, 'tokenizer.json': JSON.stringify({ model: { type: 'Unigram', vocab: [['▁a', -1]] } }) }, 'VOICE_ERR_MODEL_BROKEN', /tokenizer\.json .*another kind \(Unigram\)/, /belongs to this model/],
	['a tokenizer of Moonshine', { ...MERGED, 'tokenizer.json': JSON.stringify({ ...model.tokenizer, model: { type: 'BPE', vocab: { '▁two': 0 } } }) }, 'VOICE_ERR_MODEL_BROKEN', /"▁two" does not stand for bytes/, /belongs to this model/],
	['the tokenizer of a language model', { ...without(MERGED, 'generation_config.json'), 'tokenizer.json': JSON.stringify({ ...model.tokenizer, added_tokens: [{ id: 9, content: '<|im_end|>', special: true }] }) }, 'VOICE_ERR_MODEL_BROKEN', /neither its tokenizer nor its configuration knows <\|\w+\|>/, /another model/],
	['the tokenizer of a Whisper that knows other languages', { ...without(MERGED, 'generation_config.json'), ...config({ eos_token_id: 3 }) }, 'VOICE_ERR_MODEL_BROKEN', /its tokenizer belongs to another model than config\.json: a text ends with token \d+ in the one, and with 3 in the other/, /from one place/],
	['the configuration of another Whisper', { ...MERGED, ...config({ vocab_size: 51_865 }) }, 'VOICE_ERR_MODEL_BROKEN', /decoder_model_merged\.onnx chooses from \d+ tokens, and config\.json beside it says 51865/, /different models/],
	['another architecture', { ...MERGED, ...config({ model_type: 'speech_to_text' }) }, 'VOICE_ERR_MODEL_BROKEN', /kind "speech_to_text"/, /server:NAME/],
	['features of another model', { ...MERGED, 'preprocessor_config.json': '{"feature_size":128}' }, 'VOICE_ERR_MODEL_BROKEN', /feature_size is 128, and this model needs 80/, /again/],
	['an encoder of another size', { ...MERGED, 'onnx/encoder_model.onnx': large.encoder }, 'VOICE_ERR_MODEL_BROKEN', /takes 128 mel bands, and config\.json beside it says 80/, /again/],
	['a decoder of another size', { ...MERGED, 'onnx/decoder_model_merged.onnx': large.merged }, 'VOICE_ERR_MODEL_BROKEN', /do not fit together: .*(?:invalid dimensions|Expected: 128)/, /different models/],
	['a decoder of another kind', { ...MERGED, 'onnx/decoder_model_merged.onnx': otherDecoder }, 'VOICE_ERR_MODEL_BROKEN', /different kind of model: it lacks|not an ONNX model that can be run/, /Fetch it again/],
	['two models', { ...MERGED, 'tiny-encoder.onnx': model.encoder, 'tiny-decoder.onnx': model.merged }, 'VOICE_ERR_MODEL_MISSING', /several models/, /Choose one of the files/],
])('refuses %s, by its name', async (_what, files, code, message, remedy) => {
	await expect(createRecogniser(folderWith(files))).rejects.toMatchObject({ code, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
});

it('is no voice', async () => {
	await expect(readVoiceModel(folderWith(MERGED), { prepared: root, models: root, env: {} })).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining('a Moonshine or Whisper recogniser, not a voice') });
});
