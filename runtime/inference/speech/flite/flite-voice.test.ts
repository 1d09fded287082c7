// Guards against: a voice that clips, adds silence, mixes callers, or cannot be interrupted.
import path from 'node:path';
import { packageRoot } from '../../../lib/package-root';
import { describeVoice } from '../conformance.fixture';
import { FlitePool } from './flite-pool';
import { FliteVoice } from './flite-voice';

// A worker runs compiled code: test/fresh-build.mjs builds it.
const worker = path.join(packageRoot(), 'dist/runtime/inference/speech/flite/flite-worker.js');

jest.setTimeout(60_000);
describeVoice('flite, one worker', () => new FliteVoice(new FlitePool(1, worker)));
describeVoice('flite, two workers', () => new FliteVoice(new FlitePool(2, worker)));

it('says which thread failed and goes on with a new one', async () => {
	const pool = new FlitePool(1, path.join(__dirname, 'no-worker.js'));
	const request = { text: 'Hello.', voice: 'slt', speed: 1, sampleRate: 16_000 };
	const never = new AbortController().signal;
	await expect(pool.speak(request, never)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	await expect(pool.speak(request, never)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
});
