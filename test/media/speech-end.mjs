/**
 * What a call's speech detector says of the end of speech, after the truth: an array of int16 sounds, 16 kHz, comes as JSON on
 * stdin, each cut at its last audible sample; the differences in ms go out as JSON. A process of its own: onnxruntime takes no
 * arrays of jest's realm.
 */
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const { Silero, VAD_FRAME_SAMPLES, vadModelFile } = require('../../dist/runtime/media/vad/silero.js');
const { SpeechDetector } = require('../../dist/runtime/media/vad/speech-detector.js');

const RATE = 16;
const BEFORE_SAMPLES = 400 * RATE;
const AFTER_SAMPLES = 800 * RATE;

function inQuietRoom(sound) {
	let state = 1;
	const pcm = Int16Array.from({ length: BEFORE_SAMPLES + sound.length + AFTER_SAMPLES }, () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.round((state / 2 ** 31 - 1) * 20);
	});
	pcm.set(sound, BEFORE_SAMPLES);
	return pcm;
}

const silero = await Silero.load(vadModelFile());
const errors = [];
for (const sound of JSON.parse(await text(process.stdin))) {
	const pcm = inQuietRoom(sound);
	const endMs = (BEFORE_SAMPLES + sound.length) / RATE;
	const voice = silero.open();
	const detector = new SpeechDetector(200);
	let end;
	for (let to = VAD_FRAME_SAMPLES; to <= pcm.length; to += VAD_FRAME_SAMPLES) {
		const edge = detector.push(await voice.judge(pcm.slice(to - VAD_FRAME_SAMPLES, to)), to / RATE);
		if (edge?.type === 'stopped') end = edge.speechEndAt;
	}
	errors.push(end === undefined ? null : end - endMs);
}
process.stdout.write(JSON.stringify(errors));
