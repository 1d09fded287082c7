import { VoiceError } from '../../contract/errors';
import { LockFile } from '../../lib/lock-file';
import { type Catalogue, expectedBytes, type Licence, openCatalogue } from './catalogue/catalogue';
import { type CatalogueModel, type ModelTask, modelTasks } from './catalogue/schema';
import { fetchModel, lockModel } from './download/fetch-model';
import { defaultLimits, type DownloadLimits } from './download/limits';
import { partSize } from './download/part-file';
import type { ModelProgress } from './download/progress';
import { BUILT_IN, type Choice, choose, suitingModels, tooBig } from './best-tier';
import { modelInSentence, modelInWords } from './names';
import type { ModelsHere } from './pair';
import { describeMachine, type Machine, probeMachine } from '../machine/machine';
import type { ModelTrial } from '../../rpc/inference-protocol';
import { type FindSnacPlace, type SnacPlace, snacPlace } from '../speech/orpheus/snac/card/card-trial';
import { notHere, nothingFor, otherTask, unknownName, isOnDisk, modelPath, isOffline, offlineError } from './resolve';
import { AcceptedLicences } from './store/accepted-licences';
import { modelsFolder, ModelStore, sizeOf, type StoredModel } from './store/store';
import { TriedModels } from './store/tried-models';

/** What texts are in where nobody says anything else. */
const ENGLISH = 'en';

interface EnsureOptions {
	readonly onProgress?: (progress: ModelProgress) => void;
	/** What came so far is kept for the next time. */
	readonly signal?: AbortSignal;
	/** A person has read the model's licences and accepts them: that is remembered. */
	readonly licenceAccepted?: boolean;
}

/** What a task would be done with now. */
interface Usable {
	/** An id of the catalogue, or the name of what ships with the package. */
	readonly id: string | undefined;
	/** A path, or the name of a voice that ships with the package; undefined: nothing here can do it. */
	readonly model: string | undefined;
	/** What people call it. */
	readonly name: string;
	readonly why: string;
}

export interface ModelsOptions {
	/** How to find out about the machine, and how downloads behave: tests pass their own. */
	readonly probe?: () => Promise<Machine>;
	readonly limits?: DownloadLimits;
	readonly snacPlace?: FindSnacPlace;
	/** What `auto` stands for, whenever that is not what it was the last time. */
	readonly onAuto?: (task: ModelTask, path: string, why: string) => void;
}

/** All that this machine has, can fetch and should use. One for each process is enough. */
export class Models {
	private opened: { readonly catalogue: Catalogue; readonly store: ModelStore } | undefined;
	private probed: Promise<Machine> | undefined;
	private readonly told = new Map<ModelTask, string>();

	constructor(
		private readonly env: NodeJS.ProcessEnv,
		private readonly options: ModelsOptions = {},
	) {}

	/** Throws VOICE_ERR_BAD_REQUEST where VOICE_LOOP_MODEL_CATALOGUE names what is no catalogue. */
	get catalogue(): Catalogue {
		return this.open().catalogue;
	}

	get store(): ModelStore {
		return this.open().store;
	}

	get licences(): AcceptedLicences {
		return new AcceptedLicences(this.store.folder);
	}

	private get tried(): TriedModels {
		return new TriedModels(this.store.folder);
	}

	/** Looked at once: machines do not grow while a process runs. */
	async machine(): Promise<Machine> {
		this.probed ??= this.options.probe?.() ?? probeMachine(this.env);
		return await this.probed;
	}

	/** What SNAC runs on here, tried with the decoder that is here; undefined where there is none. */
	async snacPlace(): Promise<SnacPlace | undefined> {
		const file = (await this.store.list()).find(({ model, here }) => model.task === 'snac' && here)?.here?.path;
		if (file === undefined) return undefined;
		return (await this.options.snacPlace?.(file)) ?? (await snacPlace(this.env, file));
	}

	/** What `auto` stands for on this machine, whether it is here or not. */
	async choose(task: ModelTask): Promise<Choice> {
		return choose(this.catalogue, await this.machine(), await this.trials())[task];
	}

	/** What was measured on this machine, by the names of models. */
	async trials(): Promise<ReadonlyMap<string, ModelTrial>> {
		return await this.tried.on(describeMachine(await this.machine()));
	}

	/** Remembers what a model takes on this machine: from now on `auto` goes by it. */
	async keepTrial(name: string, trial: ModelTrial): Promise<void> {
		await this.tried.keep(name, describeMachine(await this.machine()), trial);
	}

	/** The best for this machine among what is here: never waits for a download. */
	async usable(task: ModelTask): Promise<Usable> {
		const choice = await this.choose(task);
		const here = await this.bestHere(task);
		const better = choice.id === undefined || choice.id === BUILT_IN[task] || choice.id === here?.id ? undefined : choice.id;
		const absent = better === undefined ? '' : `${this.nameOf(better)} ${here ? 'would be better and ' : ''}is not here (voice-loop models fetch ${better}). `;
		const why = absent + choice.why;
		if (here) return { id: here.id, model: here.path, name: this.nameOf(here.id), why };
		const id = BUILT_IN[task];
		const model = id !== undefined && isOnDisk(id) ? modelPath(id) : id;
		return { id, model, name: id === undefined ? 'none' : this.nameOf(id), why };
	}

	/** What `auto` may stand for now, in a call in this language (ISO 639-1). */
	async here(language = ENGLISH): Promise<ModelsHere> {
		const [transcribe, chat, voice, orpheus, snac] = await Promise.all([
			this.bestHere('transcribe', language),
			this.bestHere('chat'),
			this.bestHere('voice', language),
			this.bestHere('orpheus'),
			this.bestHere('snac'),
		]);
		const voices = [...(orpheus && snac ? ['orpheus'] : []), ...(voice ? [voice.id] : []), BUILT_IN.voice];
		return { transcribe: transcribe?.id, chat: chat?.id, voices };
	}

	/** What `fetch auto` means on this machine: all that suits it, and what of it is not here yet. */
	async suited(): Promise<{ readonly all: readonly CatalogueModel[]; readonly absent: readonly CatalogueModel[]; readonly bytes: number }> {
		const choices = await Promise.all(modelTasks.map(async (task) => await this.choose(task)));
		const all = choices.flatMap(({ id }) => (id === undefined ? [] : (this.catalogue.find(id) ?? [])));
		const found = await Promise.all(all.map(async ({ id }) => await this.store.find(id)));
		const absent = all.filter((_, index) => found[index] === undefined);
		const sizes = await Promise.all(absent.map(async (model) => await this.toFetch(model)));
		return { all, absent, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
	}

	/** This machine must not be asked to reach the network. */
	get offline(): boolean {
		return isOffline(this.env);
	}

	/** What people call an engine that a setting names. */
	nameOf(engine: string): string {
		return modelInWords(engine, this.catalogue);
	}

	/** The same in the middle of a sentence. */
	inSentence(engine: string): string {
		return modelInSentence(engine, this.catalogue);
	}

	/**
	 * The path behind what a setting says: an absolute path always wins, and nothing is looked up for it; then the
	 * names of what ships with the package; `auto`; an id of the catalogue. Fetches nothing.
	 * @throws VOICE_ERR_MODEL_MISSING where it is not here, VOICE_ERR_BAD_REQUEST for a model that is for something else.
	 */
	async locate(name: string, task: ModelTask): Promise<string> {
		if (isOnDisk(name)) return modelPath(name);
		if (name === 'auto') return await this.auto(task);
		const model = this.catalogue.find(name);
		if (!model) throw unknownName(name);
		if (model.task !== task) throw otherTask(model, task);
		const here = await this.store.find(name);
		if (here) return here.path;
		throw notHere(model);
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
		if (options.licenceAccepted) for (const licence of await this.toAccept(model)) await this.licences.accept(licence);
		await this.requireLicence(model);
		await fetchModel({
			model,
			catalogue: this.catalogue,
			store: this.store,
			env: this.env,
			limits: this.options.limits ?? defaultLimits,
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
		const lock = await lockModel(this.store, model);
		if (!(lock instanceof LockFile)) {
			throw new VoiceError('VOICE_ERR_BAD_REQUEST', `${model.name} is being fetched by process ${lock.pid}.`, {
				remedy: 'Wait until it is done, or stop that process.',
			});
		}
		try {
			await this.tried.forget(id);
			return await this.store.remove(id);
		} finally {
			await lock.release();
		}
	}

	/** Bytes of a model that are here already, those of files that are not whole yet included. */
	async begun(model: CatalogueModel): Promise<number> {
		const places = model.files.map((file) => this.store.filePath(model, file));
		const sizes = await Promise.all(places.map(async (place) => (await sizeOf(place)) ?? (await partSize(place))));
		return sizes.reduce((sum, size) => sum + size, 0);
	}

	/** Those of the model's licences that somebody must accept and nobody has: neither before nor by VOICE_LOOP_ACCEPT_LICENCES. */
	async toAccept(model: CatalogueModel): Promise<Licence[]> {
		const given = (this.env.VOICE_LOOP_ACCEPT_LICENCES ?? '').split(/[\s,]+/);
		const open = this.catalogue.licencesOf(model).filter(({ id, mustAccept }) => mustAccept && !given.includes(id));
		const accepted = await Promise.all(open.map(async (licence) => await this.licences.acceptedAt(licence)));
		return open.filter((_, index) => accepted[index] === undefined);
	}

	/** Bytes that `ensure` would fetch, as far as they are known. */
	async toFetch(model: CatalogueModel): Promise<number> {
		return (await this.store.missing(model)).reduce((sum, file) => sum + (expectedBytes(file) ?? 0), 0);
	}

	private open(): { readonly catalogue: Catalogue; readonly store: ModelStore } {
		if (!this.opened) {
			const catalogue = openCatalogue(this.env);
			this.opened = { catalogue, store: new ModelStore(modelsFolder(this.env), catalogue) };
		}
		return this.opened;
	}

	/**
	 * The models of the tiers that suit, best first; then, rather than the pack, whatever somebody has fetched that
	 * fits the memory, the biggest first, and at last what was tried and is too slow. Of voices only what was tried and is
	 * not too slow, for flite never is, and those of other languages that are no bigger than one that suits. Those that know
	 * the language go first.
	 */
	private async bestHere(task: ModelTask, language = ENGLISH): Promise<StoredModel | undefined> {
		const [machine, trials] = await Promise.all([this.machine(), this.trials()]);
		const speaks = task === 'voice' || task === 'orpheus' || task === 'snac';
		const suiting = suitingModels(this.catalogue, machine, task, trials);
		const biggest = Math.max(0, ...suiting.map((id) => this.catalogue.model(id).memory.bytes));
		const quick = ({ id, languages, memory }: CatalogueModel): boolean => trials.get(id)?.holdsRealTime ?? (languages?.includes(ENGLISH) === false && memory.bytes <= biggest);
		const others = this.catalogue.models.filter((model) => model.task === task && tooBig(model, machine) === undefined && (!speaks || quick(model)));
		const slow = ({ id }: CatalogueModel): number => (trials.get(id)?.holdsRealTime === false ? 1 : 0);
		const inOrder = [...others].sort((one, other) => slow(one) - slow(other) || other.memory.bytes - one.memory.bytes).map(({ id }) => id);
		const candidates = [...new Set([...suiting, ...inOrder])];
		// A voice of another language on a text in English is worse than flite; a recogniser may still understand something.
		const knowing = (wanted: string) => candidates.filter((id) => this.catalogue.find(id)?.languages?.includes(wanted) ?? true);
		for (const id of [...knowing(language), ...knowing(ENGLISH), ...(speaks ? [] : candidates)]) {
			const here = await this.store.find(id);
			if (here) return here;
		}
		return undefined;
	}

	private async auto(task: ModelTask): Promise<string> {
		const { model, why } = await this.usable(task);
		// Whoever fetched a model though the machine is too small for it wants to use it.
		const found = model ?? (await this.store.list()).find((each) => each.model.task === task && each.here)?.here?.path;
		if (found === undefined) throw nothingFor(task, why, await this.worthFetching(task));
		if (this.told.get(task) !== found) this.options.onAuto?.(task, found, why);
		this.told.set(task, found);
		return found;
	}

	/** What would help most on this machine; on one that is too small, the smallest that a tier has. */
	async worthFetching(task: ModelTask): Promise<string | undefined> {
		const { id } = await this.choose(task);
		return (id === BUILT_IN[task] ? undefined : id) ?? this.catalogue.tiers.filter(({ models }) => models[task]).at(-1)?.models[task] ?? undefined;
	}

	private async requireLicence(model: CatalogueModel): Promise<void> {
		if ((await this.toAccept(model)).length === 0) return;
		const names = this.catalogue.licencesOf(model).map(({ name, url }) => `${name} (${url})`);
		throw new VoiceError('VOICE_ERR_LICENCE', `${model.name} may be used under: ${names.join('; ')}.`, {
			remedy: `Read it, then run: voice-loop models fetch ${model.id}`,
		});
	}
}
