// Guards against: a token for one server that is shown to another, a mirror that is asked before the user's own, and a
// file that nothing can be compared with, taken from a stranger.
import { openCatalogue } from '../catalogue/catalogue';
import { addressesOf } from './addresses';

const catalogue = openCatalogue({});
const model = catalogue.model('kokoro-en-v0_19');
const known = model.files.find(({ sha256 }) => sha256 !== null) ?? fail('no file with a checksum');
const unknown = model.files.find(({ sha256 }) => sha256 === null) ?? fail('no file without a checksum');
function fail(why: string): never {
	throw new Error(why);
}

function asked(file: typeof known, env: NodeJS.ProcessEnv) {
	return addressesOf(catalogue, model, file, env).map(({ url, token }) => `${new URL(url).host} ${token ?? '-'}`);
}
const own = { VOICE_LOOP_MODEL_MIRRORS: 'https://a.example/hub/, http://b.example' };

describe('addresses', () => {
	it('are those of the hub, laid out as it is', () => {
		expect(addressesOf(catalogue, model, known, {})[0]?.url).toBe(
			'https://huggingface.co/csukuangfj/kokoro-en-v0_19/resolve/92805c485745946a0d945562d3aba19e7cbb2104/model.onnx',
		);
		const snac = catalogue.model('snac-24khz-decoder');
		expect(addressesOf(catalogue, snac, snac.files[0] ?? fail('no file'), {})[0]?.url).toMatch(/\/resolve\/main\/onnx\/decoder_model\.onnx$/);
		expect(addressesOf(catalogue, model, known, own)[0]?.url).toMatch(/^https:\/\/a\.example\/hub\/csukuangfj\/kokoro/);
	});

	it.each<[string, NodeJS.ProcessEnv, string[]]>([
		['nothing is set', {}, ['huggingface.co -', 'hf-mirror.com -']],
		['the hub\'s token is set', { HF_TOKEN: 'h' }, ['huggingface.co h', 'hf-mirror.com -']],
		['mirrors are set', own, ['a.example -', 'b.example -', 'huggingface.co -', 'hf-mirror.com -']],
		['mirrors and both tokens are set', { ...own, HF_TOKEN: 'h', VOICE_LOOP_MODEL_TOKEN: 'm' }, ['a.example m', 'b.example m', 'huggingface.co h', 'hf-mirror.com -']],
		['mirrors and their token are set', { ...own, VOICE_LOOP_MODEL_TOKEN: 'm' }, ['a.example m', 'b.example m', 'huggingface.co -', 'hf-mirror.com -']],
		['mirrors and the hub\'s token are set', { ...own, HF_TOKEN: 'h' }, ['a.example -', 'b.example -', 'huggingface.co h', 'hf-mirror.com -']],
		['only our own token is set', { VOICE_LOOP_MODEL_TOKEN: 'm' }, ['huggingface.co m', 'hf-mirror.com -']],
	])('are asked in this order, with these tokens, where %s', (_, env, wanted) => {
		expect(asked(known, env)).toEqual(wanted);
	});

	it('of a file that is published elsewhere are those of its own repository', () => {
		const piper = catalogue.model('piper-de-thorsten');
		const urls = piper.files.map((file) => addressesOf(catalogue, piper, file, {})[0]?.url ?? '');
		expect(urls.find((url) => url.endsWith('.onnx'))).toMatch(/\/rhasspy\/piper-voices\/resolve\/v1\.0\.0\/de\/de_DE\/thorsten\/medium\/de_DE-thorsten-medium\.onnx$/);
		expect(urls.find((url) => url.endsWith('de_dict'))).toMatch(/\/csukuangfj\/vits-piper-en_US-glados\/resolve\/[0-9a-f]{40}\/espeak-ng-data\/de_dict$/);
	});

	it('of a file without a known checksum are its publisher\'s and the user\'s own', () => {
		expect(asked(unknown, {})).toEqual(['huggingface.co -']);
		expect(asked(unknown, own)).toEqual(['a.example -', 'b.example -', 'huggingface.co -']);
	});
});
