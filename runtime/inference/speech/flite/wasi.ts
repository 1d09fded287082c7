/**
 * Just enough of WASI (preview 1) to run a command-line program in memory: arguments, a clock that stands
 * still, output, and files that live in this object. Node's own `node:wasi` would need a real folder to
 * write in and prints a warning.
 */

const SUCCESS = 0;
const BAD_FILE = 8;
const NO_ENTRY = 44;
const NOT_SEEKABLE = 70;
const CREATE = 1;
const TYPE_DEVICE = 2;
const TYPE_FOLDER = 3;
const TYPE_FILE = 4;
/** The one folder that is open from the start. */
const FOLDER_FD = 3;
const OUTPUT_FD = 1;

/** What we use of WebAssembly. Node has it, but its types are in TypeScript's DOM library only. */
export type WasmModule = { readonly wasmModule: unique symbol };

interface WasmInstance {
	readonly exports: Readonly<Record<string, unknown>>;
}

type ImportedFunctions = Readonly<Record<string, Readonly<Record<string, (...args: never[]) => number>>>>;

interface WebAssemblyApi {
	compile(bytes: Uint8Array): Promise<WasmModule>;
	readonly Instance: new (module: WasmModule, imports: ImportedFunctions) => WasmInstance;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

class MemoryFile {
	private bytes = new Uint8Array(64 * 1024);
	private length = 0;
	private position = 0;

	write(chunk: Uint8Array): void {
		const end = this.position + chunk.length;
		if (end > this.bytes.length) {
			const larger = new Uint8Array(Math.max(this.bytes.length * 2, end));
			larger.set(this.bytes.subarray(0, this.length));
			this.bytes = larger;
		}
		this.bytes.set(chunk, this.position);
		this.position = end;
		this.length = Math.max(this.length, end);
	}

	/** `from`: 0 the start, 1 where it stands, 2 the end. */
	seek(offset: number, from: number): number {
		const base = from === 0 ? 0 : from === 1 ? this.position : this.length;
		this.position = Math.max(0, base + offset);
		return this.position;
	}

	content(): Uint8Array {
		return this.bytes.subarray(0, this.length);
	}
}

class ProgramExit extends Error {
	constructor(readonly code: number) {
		super(`exit ${code}`);
	}
}

/** One instance of a program, made ahead of its run: making it takes longer than running it. */
export class WasiProgram {
	private readonly instance: WasmInstance;
	private readonly files = new Map<string, MemoryFile>();
	private readonly printed = new MemoryFile();
	private readonly open = new Map([[OUTPUT_FD, this.printed]]);
	private args: Uint8Array[] = [];
	private nextFd = FOLDER_FD + 1;

	constructor(module: WasmModule) {
		this.instance = new webAssembly.Instance(module, { wasi_snapshot_preview1: this.imports() });
	}

	/** Runs the program, once. What it complains of is dropped. */
	run(args: readonly string[]): number {
		this.args = args.map((argument) => new TextEncoder().encode(`${argument}\0`));
		try {
			(this.instance.exports._start as () => void)();
			return 0;
		} catch (error) {
			if (error instanceof ProgramExit) return error.code;
			throw error;
		}
	}

	/** What it printed. */
	get output(): string {
		return new TextDecoder().decode(this.printed.content());
	}

	/** A file that the program has written. */
	file(name: string): Uint8Array | undefined {
		return this.files.get(name)?.content();
	}

	/** Asked for anew each time: it is another buffer after the program's memory has grown. */
	private get buffer(): ArrayBuffer {
		return (this.instance.exports.memory as { readonly buffer: ArrayBuffer }).buffer;
	}

	private get memory(): Uint8Array {
		return new Uint8Array(this.buffer);
	}

	private get view(): DataView {
		return new DataView(this.buffer);
	}

	private imports(): Record<string, (...args: never[]) => number> {
		return {
			args_sizes_get: (count: number, size: number) => {
				this.view.setUint32(count, this.args.length, true);
				this.view.setUint32(size, this.args.reduce((sum, { length }) => sum + length, 0), true);
				return SUCCESS;
			},
			args_get: (pointers: number, text: number) => {
				let at = text;
				this.args.forEach((argument, index) => {
					this.view.setUint32(pointers + 4 * index, at, true);
					this.memory.set(argument, at);
					at += argument.length;
				});
				return SUCCESS;
			},
			clock_time_get: (_clock: number, _precision: bigint, result: number) => {
				this.view.setBigUint64(result, 0n, true);
				return SUCCESS;
			},
			fd_close: (fd: number) => {
				this.open.delete(fd);
				return SUCCESS;
			},
			fd_fdstat_get: (fd: number, result: number) => {
				const known = fd <= FOLDER_FD || this.open.has(fd);
				if (!known) return BAD_FILE;
				this.memory.fill(0, result, result + 24);
				this.view.setUint8(result, fd < FOLDER_FD ? TYPE_DEVICE : fd === FOLDER_FD ? TYPE_FOLDER : TYPE_FILE);
				// All rights, and the right to pass them on.
				this.memory.fill(0xff, result + 8, result + 24);
				return SUCCESS;
			},
			fd_fdstat_set_flags: () => SUCCESS,
			fd_prestat_get: (fd: number, result: number) => {
				if (fd !== FOLDER_FD) return BAD_FILE;
				this.view.setUint32(result, 0, true);
				this.view.setUint32(result + 4, 1, true);
				return SUCCESS;
			},
			fd_prestat_dir_name: (_fd: number, name: number) => {
				this.memory[name] = '.'.charCodeAt(0);
				return SUCCESS;
			},
			fd_read: (_fd: number, _vectors: number, _count: number, result: number) => {
				this.view.setUint32(result, 0, true);
				return SUCCESS;
			},
			fd_seek: (fd: number, offset: bigint, from: number, result: number) => {
				const file = this.open.get(fd);
				if (!file) return NOT_SEEKABLE;
				this.view.setBigUint64(result, BigInt(file.seek(Number(offset), from)), true);
				return SUCCESS;
			},
			fd_write: (fd: number, vectors: number, count: number, result: number) => {
				const file = this.open.get(fd);
				let written = 0;
				for (let index = 0; index < count; index++) {
					const at = this.view.getUint32(vectors + 8 * index, true);
					const length = this.view.getUint32(vectors + 8 * index + 4, true);
					file?.write(this.memory.subarray(at, at + length));
					written += length;
				}
				this.view.setUint32(result, written, true);
				return SUCCESS;
			},
			path_open: (
				_folder: number,
				_lookup: number,
				path: number,
				length: number,
				flags: number,
				_rights: bigint,
				_inherited: bigint,
				_fdFlags: number,
				result: number,
			) => {
				if ((flags & CREATE) === 0) return NO_ENTRY;
				const file = new MemoryFile();
				const fd = this.nextFd++;
				this.files.set(new TextDecoder().decode(this.memory.slice(path, path + length)), file);
				this.open.set(fd, file);
				this.view.setUint32(result, fd, true);
				return SUCCESS;
			},
			proc_exit: (code: number) => {
				throw new ProgramExit(code);
			},
		};
	}
}
