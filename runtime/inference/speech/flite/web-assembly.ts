/** What we use of WebAssembly. Node has it, but its types are in TypeScript's DOM library only. */
export type WasmModule = { readonly wasmModule: unique symbol };

export interface WasmInstance {
	readonly exports: Readonly<Record<string, unknown>>;
}

type ImportedFunctions = Readonly<Record<string, Readonly<Record<string, (...args: never[]) => number>>>>;

interface WebAssemblyApi {
	compile(bytes: Uint8Array): Promise<WasmModule>;
	readonly Instance: new (module: WasmModule, imports: ImportedFunctions) => WasmInstance;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
