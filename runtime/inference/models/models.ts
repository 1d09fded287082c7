import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import { type Catalogue, expectedBytes, openCatalogue } from './catalogue/catalogue';
import type { CatalogueModel, ModelTask } from './catalogue/schema';
import { fetchModel, lockPath } from './download/fetch-model';
import { defaultLimits, type DownloadLimits } from './download/limits';
import { ModelLock } from './download/model-lock';
import type { ModelProgress } from './download/progress';
import { BUILT_IN, type Choice, choose, fittingTiers } from './machine/choose';
import type { Machine } from './machine/machine';
import { probeMachine } from './machine/probe';
import { isOffline, offlineError } from './offline';
import { modelFile, modelPath, PACK } from './resolve';
import { modelsFolder } from './store/folder';
import { ModelStore, type StoredModel } from './store/store';

export interface EnsureOptions {
	readonly onProgress?: (progress: ModelProgress) => void;
	/** What came so far is kept for the next time. */
	readonly signal?: AbortSignal;
	/** A person has read the model's licences and accepts them. */
	readonly licenceAccepted?: boolean;
}

/** What a task would be done with now. */
export interface Usable {
	/** A path, or the name of a voice that ships with the package; undefined: nothing here can do it. */
	readonly model: string | undefined;
	readonly why: string;
}

/** All that this machine has, can fetch and should use. One for each process is enough. */
export class Models {
	readonly catalogue: Catalogue;
	readonly store: ModelStore;
	private probed: Promise<Machine> | undefined;

	/** @param look how to find out about the machine, and how downloads behave: tests pass their own */
	constructor(
		private readonly env: NodeJS.ProcessEnv,
		private readonly look: { readonly probe?: () => Promise<Machine>; readonly limits?: DownloadLimits } = {},
	) {
		this.catalogue = openCatalogue(env);
		this.store = new ModelStore(modelsFolder(env), this.catalogue);
	}

	/** Looked at once: machines do not grow while a process runs. */
	async machine(): Promise<Machine> {
		this.probed ??= (this.look.probe ?? probeMachine)();
		return await this.probed;
	}

	/** What `auto` stands for on this machine, whether it is here or not. */
	async choose(task: ModelTask): Promise<Choice> {
		return choose(this.catalogue, await this.machine())[task];
	}

	/** The best for this machine among what is here: never waits for a download. */
	async usable(task: ModelTask): Promise<Usable> {
		const choice = await this.choose(task);
		for (const tier of fittingTiers(this.catalogue, await this.machine())) {
			const id = tier.models[task];
			const here = id ? await this.store.find(id) : undefined;
			if (!here) continue;
			return { model: here.path, why: here.id === choice.id ? choice.why : `${choice.id} would be better and is not here. ${choice.why}` };
		}
		const builtIn = BUILT_IN[task];
		const model = builtIn !== undefined && Object.hasOwn(PACK, builtIn) ? modelPath(builtIn) : builtIn;
		const absent = choice.id === undefined || choice.id === builtIn ? '' : `${choice.id} is not here (voice-loop models fetch ${choice.id}). `;
		return { model, why: absent + choice.why };
	}

	/**
	 * The path behind what a setting says: an absolute path always wins and is only looked at; then the names of what
	 * ships with the package; `auto`; an id of the catalogue. Fetches nothing.
	 * @throws VOICE_ERR_MODEL_MISSING where it is not here.
	 */
	async locate(name: string, task: ModelTask): Promise<string> {
		if (name === 'auto') {
			const { model, why } = await this.usable(task);
			if (model !== undefined) return model;
			throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no model for ${task} on this machine. ${why}`);
		}
		const model = this.catalogue.find(name);
		if (!model) return path.isAbsolute(name) ? (await modelFile(name)).path : modelPath(name);
		const here = await this.store.find(name);
		if (here) return here.path;
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `${model.name} is not on this machine.`, {
			remedy: `Fetch it: voice-loop models fetch ${model.id}`,
		});
	}

	/**
	 * Makes sure that a model of the catalogue is here and whole, and fetches what is missing. Several callers, in
	 * this process or in others, fetch it once.
	 * @throws VOICE_ERR_MODEL_MISSING (unknown id), VOICE_ERR_LICENCE, VOICE_ERR_OFFLINE, VOICE_ERR_DISK_FULL,
	 *   VOICE_ERR_DOWNLOAD_FAILED; the signal's reason when aborted.
	 */
	async ensure(id: string, options: EnsureOptions = {}): Promise<StoredModel> {
		const model = this.catalogue.model(id);
		const here = await this.store.find(id);
		if (here) return here;
		if (isOffline(this.env)) throw offlineError(this.catalogue, this.store, model, await this.store.missing(model), this.env);
		this.requireLicence(model, options.licenceAccepted ?? false);
		await mkdir(this.store.place(model), { recursive: true });
		await fetchModel({
			model,
			catalogue: this.catalogue,
			store: this.store,
			env: this.env,
			limits: this.look.limits ?? defaultLimits,
			signal: options.signal ?? new AbortController().signal,
			onProgress: (progress) => options.onProgress?.(progress),
		});
		const fetched = await this.store.find(id);
		if (fetched) return fetched;
		throw new VoiceError('VOICE_ERR_DOWNLOAD_FAILED', `${model.name} was removed while it was fetched.`);
	}

	/**
	 * Deletes a model and what was fetched of it so far. @returns whether there was anything
	 * @throws VOICE_ERR_MODEL_MISSING (unknown id), VOICE_ERR_BAD_REQUEST while it is being fetched.
	 */
	async remove(id: string): Promise<boolean> {
		const model = this.catalogue.model(id);
		await mkdir(this.store.folder, { recursive: true });
		const lock = await ModelLock.take(lockPath(this.store, model));
		if (!(lock instanceof ModelLock)) {
			throw new VoiceError('VOICE_ERR_BAD_REQUEST', `${model.name} is being fetched by process ${lock.pid}.`, {
				remedy: 'Wait until it is done, or stop that process.',
			});
		}
		try {
			return await this.store.remove(id);
		} finally {
			await lock.release();
		}
	}

	/** Bytes that `ensure` would fetch, as far as they are known. */
	async toFetch(model: CatalogueModel): Promise<number> {
		return (await this.store.missing(model)).reduce((sum, file) => sum + (expectedBytes(file) ?? 0), 0);
	}

	private requireLicence(model: CatalogueModel, accepted: boolean): void {
		const given = (this.env.VOICE_LOOP_ACCEPT_LICENCES ?? '').split(/[\s,]+/);
		if (accepted || this.catalogue.toAccept(model).every((name) => given.includes(name))) return;
		const names = this.catalogue.licencesOf(model).map(({ name, url }) => `${name} (${url})`);
		throw new VoiceError('VOICE_ERR_LICENCE', `${model.name} may be used under: ${names.join('; ')}.`, {
			remedy: `Read it, then run: voice-loop models fetch ${model.id}`,
		});
	}
}
