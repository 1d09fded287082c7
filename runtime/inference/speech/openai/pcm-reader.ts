import { VoiceError } from '../../../contract/errors';
import type { WavFormat } from '../../../audio/wav';
import { parseWav } from '../../../audio/wav';

/** A WAV header is 44 bytes and at most some kB of remarks. */
const MAX_HEADER_BYTES = 64 * 1024;

export interface PcmFormat {
	readonly sampleRate: number;
	readonly channels: number;
	readonly kind: 's16' | 'f32';
}

/**
 * The samples of an answer as it comes: signed 16 bit little endian mono of `pcmRate`, or, where it begins as a
 * WAV file, what its header says (16 bit or 32 bit float, channels are averaged, a length of 0 or too much is
 * read to the end). Bytes may be cut anywhere.
 */
export class PcmReader {
	private format: PcmFormat | undefined;
	private rest: Buffer = Buffer.alloc(0);
	/** Bytes of sound still to come. */
	private left = Infinity;

	constructor(private readonly pcmRate: number) {}

	/** Hz; known with the first samples. */
	get sampleRate(): number {
		return this.format?.sampleRate ?? this.pcmRate;
	}

	/** Throws VOICE_ERR_BAD_AUDIO for a WAV file of another kind. */
	push(bytes: Uint8Array): Int16Array {
		this.rest = Buffer.concat([this.rest, bytes]);
		if (!this.format) this.begin(false);
		return this.samples();
	}

	/** Throws VOICE_ERR_BAD_AUDIO where not even a WAV header was there. */
	end(): Int16Array {
		if (!this.format && this.rest.length > 0) this.begin(true);
		return this.samples();
	}

	private begin(last: boolean): void {
		const isWav = this.rest.subarray(0, 4).toString('latin1');
		if (isWav !== 'RIFF'.slice(0, isWav.length)) {
			this.format = { sampleRate: this.pcmRate, channels: 1, kind: 's16' };
			return;
		}
		try {
			const { format, data } = parseWav(this.rest);
			this.format = readable(format);
			const from = data.byteOffset - this.rest.byteOffset;
			const size = this.rest.readUInt32LE(from - 4);
			this.left = size === 0 ? Infinity : size;
			this.rest = this.rest.subarray(from);
		} catch (error) {
			// The header may not be whole yet, which looks like any damage.
			if (last || this.rest.length > MAX_HEADER_BYTES || error instanceof UnreadableWav) throw error;
		}
	}

	private samples(): Int16Array {
		if (!this.format) return new Int16Array(0);
		const { channels, kind } = this.format;
		const width = (kind === 's16' ? 2 : 4) * channels;
		const usable = Math.min(this.rest.length, this.left);
		const bytes = this.rest.subarray(0, usable - (usable % width));
		// What comes after the sound (remarks) is dropped with it.
		this.rest = this.left <= this.rest.length ? Buffer.alloc(0) : this.rest.subarray(bytes.length);
		this.left = this.left <= usable ? 0 : this.left - bytes.length;
		const sampleAt = kind === 's16' ? (at: number) => bytes.readInt16LE(at) : (at: number) => fromFloat(bytes.readFloatLE(at));
		const pcm = new Int16Array(bytes.length / width);
		for (let frame = 0; frame < pcm.length; frame++) {
			let sum = 0;
			for (let channel = 0; channel < channels; channel++) sum += sampleAt(frame * width + (channel * width) / channels);
			pcm[frame] = Math.round(sum / channels);
		}
		return pcm;
	}
}

class UnreadableWav extends VoiceError {}

function readable({ encoding, bits, channels, sampleRate }: WavFormat): PcmFormat {
	if (encoding === 'pcm' && bits === 16) return { sampleRate, channels, kind: 's16' };
	if (encoding === 'float' && bits === 32) return { sampleRate, channels, kind: 'f32' };
	throw new UnreadableWav('VOICE_ERR_BAD_AUDIO', `The inference server sent a WAV file with ${bits}-bit ${encoding} samples, which cannot be played.`, {
		remedy: 'Configure the server to send 16-bit PCM.',
	});
}

function fromFloat(sample: number): number {
	return Number.isFinite(sample) ? Math.max(-32_768, Math.min(32_767, sample * 32_768)) : 0;
}
