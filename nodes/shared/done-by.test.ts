// Guards against: an engine that was replaced without anybody seeing it in the editor, or seen in a way that misleads.
import { doneTogether, hintsOf } from './done-by';

const GPU = { from: 'server:gpu', to: 'kokoro', code: 'VOICE_ERR_ENGINE_UNREACHABLE', why: 'The server did not answer.' };
const SLOW = { from: 'kokoro', to: 'flite', code: 'VOICE_ERR_TOO_SLOW', why: '' };

test('one sentence says who replaced whom, and why', () => {
	expect(hintsOf([{ engine: 'flite', replaced: [GPU, SLOW] }])).toEqual([
		{ message: '"flite" replaced the server "gpu" (The server did not answer) and "kokoro" (VOICE_ERR_TOO_SLOW).', type: 'warning', location: 'outputPane' },
	]);
});

test('nothing is said where nothing was replaced, and nothing twice', () => {
	const kokoro = { engine: 'kokoro', replaced: [GPU] };
	expect(hintsOf([{ engine: 'flite', replaced: [] }])).toEqual([]);
	expect(hintsOf([kokoro, { engine: 'flite', replaced: [] }, kokoro])).toHaveLength(1);
});

test('what an engine cannot take is said, too', () => {
	const remark = 'The language is German, and "/voices/joe" speaks only English.';
	expect(hintsOf([{ engine: '/voices/joe', replaced: [], remark }]).map(({ message }) => message)).toEqual([remark]);
});

test('a server\'s words do not become part of the editor\'s page', () => {
	const [hint] = hintsOf([{ engine: 'kokoro', replaced: [{ ...GPU, why: '<img src="//x"> & more' }] }]);
	expect(hint?.message).toContain('&lt;img src="//x"&gt; &amp; more');
});

test('of several requests the last one\'s engine counts, and each that was replaced, once', () => {
	const parts = [{ engine: 'kokoro', replaced: [GPU] }, { engine: 'flite', replaced: [GPU, SLOW] }];
	expect(doneTogether(parts)).toEqual({ engine: 'flite', replaced: [GPU, SLOW] });
	expect(doneTogether([])).toEqual({ engine: '', replaced: [] });
});
