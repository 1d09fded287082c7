// Guards against recordings that are read wrongly, or that crash or hang whoever reads them.
import fc from 'fast-check';
import { VoiceError } from '../contract/errors';
import { decodeWav, readRecording, encodeWav } from './wav';

interface Shape {
	readonly tag: 1 | 3;
	readonly bits: number;
	readonly channels?: number;
	readonly rate?: number;
	readonly extensible?: boolean;
}

/** Samples -1..1, written as the shape says, with a chunk of odd length before them. */
function wav(samples: readonly number[], { tag, bits, channels = 1, rate = 16_000, extensible = false }: Shape): Buffer {
	const format = Buffer.alloc(extensible ? 40 : 16);
	format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
	format.writeUInt16LE(channels, 2);
	format.writeUInt32LE(rate, 4);
	format.writeUInt32LE((rate * channels * bits) / 8, 8);
	format.writeUInt16LE((channels * bits) / 8, 12);
	format.writeUInt16LE(bits, 14);
	if (extensible) {
		format.writeUInt16LE(22, 16);
		format.writeUInt16LE(bits, 18);
		format.writeUInt16LE(tag, 24);
		format.write('000000001000800000aa00389b71', 26, 'hex');
	}
	const width = bits / 8;
	const data = Buffer.alloc(samples.length * width);
	for (const [index, sample] of samples.entries()) {
		const at = index * width;
		if (tag === 3 && bits === 32) data.writeFloatLE(sample, at);
		else if (tag === 3) data.writeDoubleLE(sample, at);
		else if (bits === 8) data.writeUInt8(Math.min(255, Math.round(sample * 128) + 128), at);
		else data.writeIntLE(Math.min(2 ** (bits - 1) - 1, Math.round(sample * 2 ** (bits - 1))), at, width);
	}
	return riff([['LIST', Buffer.from('odd')], ['fmt ', format], ['data', data]]);
}

function riff(chunks: ReadonlyArray<readonly [string, Buffer]>): Buffer {
	const parts = chunks.map(([name, body]) => {
		const head = Buffer.alloc(8);
		head.write(name, 0, 'latin1');
		head.writeUInt32LE(body.length, 4);
		return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
	});
	const body = Buffer.concat([Buffer.from('WAVE'), ...parts]);
	const head = Buffer.from('RIFF0000');
	head.writeUInt32LE(body.length, 4);
	return Buffer.concat([head, body]);
}

function tone(hertz: number, rate: number, length: number): Float32Array {
	return Float32Array.from({ length }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / rate));
}

describe('decodeWav', () => {
	it('gives back what encodeWav wrote', () => {
		fc.assert(
			fc.property(fc.array(fc.int16Array({ maxLength: 50 }), { minLength: 1, maxLength: 4 }), (pieces) => {
				const samples = pieces.flatMap((piece) => [...piece]);
				fc.pre(samples.length > 0);
				expect([...decodeWav(encodeWav(pieces, 16_000))]).toEqual(samples);
			}),
		);
	});

	it.each<Shape>([
		{ tag: 1, bits: 8 },
		{ tag: 1, bits: 16 },
		{ tag: 1, bits: 24 },
		{ tag: 1, bits: 32 },
		{ tag: 3, bits: 32 },
		{ tag: 3, bits: 64 },
		{ tag: 1, bits: 24, extensible: true },
		{ tag: 3, bits: 32, extensible: true },
	])('reads $bits bit samples of format $tag', (shape) => {
		const samples = [0, 0.5, -0.5, 0.25, -1, 0.75];
		const decoded = [...decodeWav(wav(samples, shape))].map((sample) => sample / 32_768);
		for (const [index, sample] of samples.entries()) expect(decoded[index]).toBeCloseTo(sample, shape.bits === 8 ? 2 : 4);
	});

	it('lets other work pass, with the same result', async () => {
		const file = wav([...tone(440, 44_100, 200_000)], { tag: 1, bits: 16, rate: 44_100 });
		let turns = 0;
		const count = setInterval(() => turns++, 0);
		const recording = await readRecording(file);
		clearInterval(count);
		expect(turns).toBeGreaterThan(1);
		expect(Buffer.from(recording.buffer).equals(Buffer.from(decodeWav(file).buffer))).toBe(true);
		await expect(readRecording(Buffer.from('text'))).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_AUDIO' });
	});

	it('averages channels', () => {
		expect([...decodeWav(wav([0.5, -0.5, 0.5, 0.25], { tag: 1, bits: 16, channels: 2 }))]).toEqual([0, 12_288]);
	});

	it.each([8_000, 11_025, 22_050, 44_100, 48_000, 96_000])('brings %i Hz to 16 kHz', (rate) => {
		const decoded = decodeWav(wav([...tone(440, rate, rate)], { tag: 3, bits: 32, rate }));
		expect(decoded).toHaveLength(16_000);
		const expected = tone(440, 16_000, 16_000);
		for (let at = 1000; at < 15_000; at += 7) expect(decoded[at]! / 32_768).toBeCloseTo(expected[at]!, 2);
	});

	it('reads what a recorder left behind that died, or wrote into a pipe', () => {
		const whole = encodeWav([Int16Array.of(1, 2, 3, 4)], 16_000);
		expect([...decodeWav(whole.subarray(0, -3))]).toEqual([1, 2]);
		for (const size of [0, 0xffffffff]) {
			const streamed = Buffer.from(whole);
			streamed.writeUInt32LE(size, 40);
			expect([...decodeWav(streamed)]).toEqual([1, 2, 3, 4]);
		}
	});

	it.each([
		['µ-law', 7, [0xff, 0x7f, 0xf0, 0x70, 0x80, 0x00, 0xce], [0, 0, 120, -120, 32_124, -32_124, 988]],
		['A-law', 6, [0xd5, 0x55, 0x85, 0x05, 0xaa, 0x2a, 0xf5], [8, -8, 4224, -4224, 32_256, -32_256, 528]],
	])("reads what telephones record: %s", (_what, tag, bytes, samples) => {
		const format = Buffer.alloc(18);
		format.writeUInt16LE(tag, 0);
		format.writeUInt16LE(1, 2);
		format.writeUInt32LE(16_000, 4);
		format.writeUInt32LE(16_000, 8);
		format.writeUInt16LE(1, 12);
		format.writeUInt16LE(8, 14);
		expect([...decodeWav(riff([['fmt ', format], ['data', Buffer.from(bytes)]]))]).toEqual(samples);
	});

	it('makes silence of samples that are no numbers', () => {
		expect([...decodeWav(wav([Number.NaN, Infinity, 0.5, 7], { tag: 3, bits: 32 }))]).toEqual([0, 0, 16_384, 32_767]);
	});

	it.each([
		['an MP3 file', Buffer.from('ID3\x04\0\0\0\0\0\0\0\0\0')],
		['an Ogg file', Buffer.from('OggS\0\0\0\0\0\0\0\0')],
		['a FLAC file', Buffer.from('fLaC\0\0\0\0\0\0\0\0')],
		['an MP4 or M4A file', Buffer.from('\0\0\0\x20ftypM4A ')],
		['an empty file', Buffer.alloc(0)],
		['not a WAV file', Buffer.from('hello, this is text')],
		['compressed', riff([['fmt ', Buffer.from('11000100401f0000401f000001000800', 'hex')], ['data', Buffer.alloc(8)]])],
		['no samples', riff([['fmt ', Buffer.from('01000100803e0000007d000002001000', 'hex')]])],
		['before the header', riff([['data', Buffer.alloc(8)]])],
		['no sound', encodeWav([], 16_000)],
		['longer than 10 minutes', encodeWav([new Int16Array(10 * 60 * 1000 + 1)], 1000)],
		['contradicts itself', riff([['fmt ', Buffer.from('01000100803e0000007d000003001000', 'hex')], ['data', Buffer.alloc(8)]])],
	])('says what is wrong: %s', (why, bytes) => {
		expect(() => decodeWav(bytes)).toThrow(expect.objectContaining({ code: 'VOICE_ERR_BAD_AUDIO', message: expect.stringContaining(why) as string }) as Error);
	});

	it('answers any damage with VOICE_ERR_BAD_AUDIO or with sound', () => {
		const whole = wav([0.1, 0.2, 0.3, 0.4], { tag: 1, bits: 16, channels: 2, rate: 8000, extensible: true });
		const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
		fc.assert(
			fc.property(damage, fc.nat(whole.length), (bytes, length) => {
				const broken = Buffer.from(whole);
				for (const [at, value] of bytes) broken[at] = value;
				try {
					expect(decodeWav(broken.subarray(0, length)).length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(VoiceError);
					expect((error as VoiceError).code).toBe('VOICE_ERR_BAD_AUDIO');
				}
			}),
			{ numRuns: 2000 },
		);
	});
});
