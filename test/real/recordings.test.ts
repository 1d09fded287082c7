// Guards against: a recording of another kind than 16 kHz mono that is heard worse, or refused without a word about why. It comes
// in as everybody's does, over HTTP; the voices and the recognisers are real.
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { encodeWav } from '../../runtime/audio/wav';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import { VoiceError } from '../../runtime/contract/errors';
import { HttpDoor } from '../../runtime/gateway/http/http-door.fixture';
import type { StreamingRecogniser } from '../../runtime/inference/recognition/engine';
import { createRecogniser } from '../../runtime/inference/recognition/recognisers';
import { speaker } from '../../runtime/inference/recognition/speech.fixture';
import { modelPath } from '../../runtime/inference/models/resolve';
import { some, spoken } from './weights/prompts';
import { describeWithWeights, weights } from './weights/weights';
import { wordErrorRate } from './weights/word-error-rate';

jest.setTimeout(300_000);

interface Kind {
	readonly rate: number;
	readonly channels: number;
	/** 32: floats; 8: unsigned. */
	readonly bits: 8 | 16 | 24 | 32;
	/** The voice is in one of the channels only. */
	readonly oneSided?: boolean;
}

function written(pcm: Int16Array, { rate, channels, bits, oneSided = false }: Kind): Buffer {
	const resampler = new Resampler(LISTEN_RATE, rate, 'aligned');
	const samples = joinPcm([resampler.push(pcm), resampler.end()]);
	const width = bits / 8;
	const header = encodeWav([], rate);
	header.writeUInt16LE(bits === 32 ? 3 : 1, 20);
	header.writeUInt16LE(channels, 22);
	header.writeUInt32LE(rate * channels * width, 28);
	header.writeUInt16LE(channels * width, 32);
	header.writeUInt16LE(bits, 34);
	header.writeUInt32LE(samples.length * channels * width, 40);
	const data = Buffer.alloc(samples.length * channels * width);
	samples.forEach((sample, frame) => {
		for (let channel = 0; channel < channels; channel++) {
			const at = (frame * channels + channel) * width;
			const value = oneSided && channel > 0 ? 0 : sample;
			if (bits === 8) data.writeUInt8((value >> 8) + 128, at);
			else if (bits === 16) data.writeInt16LE(value, at);
			else if (bits === 24) data.writeIntLE(value * 256, at, 3);
			else data.writeFloatLE(value / 32_768, at);
		}
	});
	return Buffer.concat([header, data]);
}

const KINDS: ReadonlyArray<[string, Kind]> = [
	['16 kHz mono', { rate: 16_000, channels: 1, bits: 16 }],
	['8 kHz mono, as telephones have it', { rate: 8000, channels: 1, bits: 16 }],
	['8 kHz stereo, 8 bits', { rate: 8000, channels: 2, bits: 8 }],
	['44.1 kHz stereo', { rate: 44_100, channels: 2, bits: 16 }],
	['48 kHz stereo with the voice on one side', { rate: 48_000, channels: 2, bits: 24, oneSided: true }],
	['22.05 kHz, floats', { rate: 22_050, channels: 1, bits: 32 }],
];

/** A recogniser of its own, behind a gateway's door. */
class Listening {
	private constructor(
		private readonly door: HttpDoor,
		private readonly recogniser: StreamingRecogniser,
	) {}

	static async open(place: string): Promise<Listening> {
		const recogniser = await createRecogniser(place);
		const door = await HttpDoor.open();
		door.whenAsked = (call) => {
			const { settings, pcm } = call.params as { settings: object; pcm: readonly Int16Array[] };
			recogniser.transcribeAll(transcribeSettings.parse(settings), joinPcm(pcm)).then(
				(heard) => call.resolve({ ...heard, engine: 'recogniser', replaced: [] }),
				(error: unknown) => call.reject(VoiceError.from(error)),
			);
		};
		return new Listening(door, recogniser);
	}

	async transcribe(wav: Buffer): Promise<{ status: number; json: () => unknown }> {
		return await this.door.askWithKey('POST', `/v1/transcriptions?settings=${encodeURIComponent('{"language":"en"}')}`, wav, { 'content-type': 'audio/wav' });
	}

	async close(): Promise<void> {
		await this.door.close();
		await this.recogniser.close();
	}
}

interface Sentence {
	readonly text: string;
	readonly pcm: () => Int16Array;
}

/** The recordings are read before they are passed on, the same for all: of most recognisers some kinds are enough. */
const SOME_KINDS = KINDS.filter((_, at) => at % 2 === 1);

/** What it hears of recordings of these kinds. */
function hears(place: string, kinds: typeof KINDS, sentences: () => Promise<readonly Sentence[]>, mostWrong: number): void {
	let listening: Listening;
	beforeAll(async () => {
		listening = await Listening.open(place);
	});
	afterAll(async () => await listening.close());

	it.each(kinds)('is heard as well when it is of %s', async (_what, kind) => {
		const pairs: [string, string][] = [];
		for (const { text, pcm } of await sentences()) {
			const answer = await listening.transcribe(written(pcm(), kind));
			expect(answer.status).toBe(200);
			pairs.push([text, (answer.json() as { text: string }).text]);
		}
		expect(wordErrorRate(pairs)).toBeLessThanOrEqual(mostWrong);
	});
}

const ASKED = ['what is on my calendar tomorrow', 'move my appointment to friday at noon', 'book a meeting tomorrow at three p m'] as const;

describe("a recording that the offline pack's recogniser hears", () => {
	hears(modelPath('pack:listen'), SOME_KINDS, async () => {
		const say = await speaker();
		return ASKED.map((text) => ({ text, pcm: () => say(text) }));
	}, 0.1);
});

describeWithWeights.each([
	['whisper-tiny.en-hugging-face', KINDS],
	['whisper-tiny.en', SOME_KINDS],
	['whisper-base', SOME_KINDS],
	['whisper-base-hugging-face', SOME_KINDS],
])('a recording of a person, that %s hears', (name, kinds) => {
	hears(weights(name), kinds, async () => await Promise.resolve(some(spoken(6, 16), 6)), 0.06);
});

describeWithWeights('a recording', () => {
	let listening: Listening;
	beforeAll(async () => {
		listening = await Listening.open(weights('whisper-tiny.en-hugging-face'));
	});
	afterAll(async () => await listening.close());
	const transcribe = async (wav: Buffer): ReturnType<Listening['transcribe']> => await listening.transcribe(wav);

	it.each([
		['no byte', Buffer.alloc(0), 400, /recording/],
		['a header and no sound', encodeWav([], LISTEN_RATE), 400, /contains no sound/],
		['half a header', encodeWav([], LISTEN_RATE).subarray(0, 30), 400, /cut short|no samples/],
		['an MP3', Buffer.from('ID3\x03'), 400, /an MP3 file/],
	])('that has %s is refused, and says so', async (_what, wav, status, message) => {
		const answer = await transcribe(wav);
		expect(answer.status).toBe(status);
		expect(answer.json()).toMatchObject({ error: { code: expect.stringMatching(/^VOICE_ERR_BAD_/), message: expect.stringMatching(message) } });
	});

	it('in which nobody speaks has no text, and the shortest is no fault', async () => {
		for (const samples of [1, 100, LISTEN_RATE]) expect((await transcribe(encodeWav([new Int16Array(samples)], LISTEN_RATE))).json()).toMatchObject({ text: '', understood: false });
	});
});
