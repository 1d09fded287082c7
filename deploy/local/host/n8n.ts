import type { SetupManifest } from './manifest.ts';
import type { N8nSettings } from './n8n-environment.ts';
import { type N8nProcess, startN8nProcess } from './n8n-process.ts';
import { freePort } from './ports.ts';
import { RestClient } from './rest-client.ts';
import { type Secrets, readSecrets } from './user-folder.ts';

export interface OpenOptions {
	readonly userFolder: string;
	/** Any free one when left out. */
	readonly port?: number;
	readonly env?: NodeJS.ProcessEnv;
	/** Ends the start. */
	readonly signal?: AbortSignal;
}

/** n8n on a user folder (into which the package was installed before), with an owner who is logged in. */
export class LocalN8n {
	/** Logged in; stays so over a restart. */
	readonly rest: RestClient;
	readonly owner: Secrets['owner'];
	readonly #manifest: SetupManifest;
	readonly #settings: N8nSettings;
	#process: N8nProcess;

	private constructor(manifest: SetupManifest, settings: N8nSettings, owner: Secrets['owner'], process: N8nProcess) {
		this.#manifest = manifest;
		this.#settings = settings;
		this.#process = process;
		this.owner = owner;
		this.rest = new RestClient(process.url);
	}

	static async open(manifest: SetupManifest, options: OpenOptions): Promise<LocalN8n> {
		const { userFolder, env, signal } = options;
		const { owner, encryptionKey } = await readSecrets(userFolder);
		const port = options.port ?? (await freePort());
		const settings = { userFolder, encryptionKey, port, brokerPort: await freePort(), env };
		const n8n = new LocalN8n(manifest, settings, owner, await startN8nProcess(manifest, settings, signal));
		try {
			await n8n.rest.logIn(owner);
			return n8n;
		} catch (error) {
			await n8n.stop();
			throw error;
		}
	}

	get url(): string {
		return this.#process.url;
	}

	get userFolder(): string {
		return this.#settings.userFolder;
	}

	get pid(): number {
		return this.#process.pid;
	}

	get logFile(): string {
		return this.#process.logFile;
	}

	/** Resolves when the n8n that runs now has ended, for whatever reason, with how. */
	get ended(): Promise<string> {
		return this.#process.ended;
	}

	async stop(): Promise<void> {
		await this.#process.stop();
	}

	/** The same folder, address and login; published workflows listen again. */
	async start(signal?: AbortSignal): Promise<void> {
		this.#process = await startN8nProcess(this.#manifest, this.#settings, signal);
	}
}
