/**
 * Whether a call's speech detector takes a sound for speech: raw 16 kHz samples come on stdin, `true` or `false` goes
 * out. A process of its own: onnxruntime takes no arrays of jest's realm.
 */
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const { Silero, VAD_FRAME_SAMPLES, vadModelFile } = require('../../../dist/runtime/media/vad/silero.js');
const { SpeechDetector } = require('../../../dist/runtime/media/vad/speech-detector.js');

const FRAME_MS = 32;
const bytes = await buffer(process.stdin);
const pcm = new Int16Array(new Uint8Array(bytes).buffer);
const voice = (await Silero.load(vadModelFile())).open();
const detector = new SpeechDetector(200);
let speech = false;
for (let frame = 0; (frame + 1) * VAD_FRAME_SAMPLES <= pcm.length; frame++) {
	const likely = await voice.judge(pcm.slice(frame * VAD_FRAME_SAMPLES, (frame + 1) * VAD_FRAME_SAMPLES));
	if (detector.push(likely, (frame + 1) * FRAME_MS)) speech = true;
}
process.stdout.write(String(speech));
