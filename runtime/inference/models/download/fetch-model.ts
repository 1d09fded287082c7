import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { LockFile } from '../../../lib/lock-file';
import { type Catalogue, expectedBytes } from '../catalogue/catalogue';
import type { CatalogueModel } from '../catalogue/schema';
import type { ModelStore } from '../store/store';
import { writingTo } from '../unwritable';
import { addressesOf } from './addresses';
import { openAgents } from './proxies';
import { checkSpace, type DownloadLimits } from './limits';
import { downloadFile } from './download-file';
import { partSize } from './part-file';
import { type ModelProgress, ProgressMeter } from './progress';

/** How often a process that waits for another one looks, ms. */
const LOOK_EVERY_MS = 300;

interface ModelFetch {
	readonly model: CatalogueModel;
	readonly catalogue: Catalogue;
	readonly store: ModelStore;
	readonly env: NodeJS.ProcessEnv;
	readonly limits: DownloadLimits;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: ModelProgress) => void;
}

/** Lets one process at a time change a model's files: the lock, or who holds it. */
export async function lockModel(store: ModelStore, model: CatalogueModel): ReturnType<typeof LockFile.take> {
	return await writingTo(store.folder, 'VOICE_ERR_BAD_REQUEST', async () => {
		await mkdir(store.folder, { recursive: true });
		return await LockFile.take(path.join(store.folder, `${model.id}.lock`));
	});
}

/** Fetches what is missing of a model, or waits until another process has done so. */
export async function fetchModel(job: ModelFetch): Promise<void> {
	await writingTo(job.store.folder, 'VOICE_ERR_DOWNLOAD_FAILED', async () => {
		await mkdir(job.store.place(job.model), { recursive: true });
		await fetchOrWait(job);
	});
}

async function fetchOrWait(job: ModelFetch): Promise<void> {
	const { model, store, limits, signal } = job;
	const meter = new ProgressMeter(model.id, limits.now, (progress) => job.onProgress(progress));
	for (;;) {
		signal.throwIfAborted();
		const lock = await lockModel(store, model);
		if (lock instanceof LockFile) {
			try {
				return await fetchMissing(job, meter, lock);
			} finally {
				await lock.release();
			}
		}
		await reportOther(job, meter, lock.pid);
		await limits.pause(LOOK_EVERY_MS, signal);
		if ((await store.missing(model)).length === 0) return;
	}
}

async function fetchMissing(job: ModelFetch, meter: ProgressMeter, lock: LockFile): Promise<void> {
	const { model, store, limits, signal } = job;
	const missing = await store.missing(model);
	const parts = await Promise.all(missing.map((file) => partSize(store.filePath(model, file))));
	const open = missing.reduce((sum, file, index) => sum + Math.max(0, (expectedBytes(file) ?? 0) - (parts[index] ?? 0)), 0);
	await checkSpace(store.place(model), open, limits);
	const agents = openAgents(job.env);
	/** Sizes as they become known. */
	const sizes = new Map(model.files.map((file) => [file.name, expectedBytes(file)]));
	let done = model.files.filter((file) => !missing.includes(file)).reduce((sum, file) => sum + (sizes.get(file.name) ?? 0), 0);
	try {
		for (const file of missing) {
			const receipt = await downloadFile({
				file,
				target: store.filePath(model, file),
				addresses: addressesOf(job.catalogue, model, file, job.env),
				agents,
				limits,
				signal,
				stillOurs: async () => {
					if (!(await lock.isOurs())) throw takenOver();
				},
				onBytes: (bytes, total) => {
					sizes.set(file.name, total ?? sizes.get(file.name));
					meter.at(file.name, done + bytes, totalOf(sizes));
				},
			});
			done += receipt.bytes;
			sizes.set(file.name, receipt.bytes);
		}
	} finally {
		agents.close();
	}
}

function takenOver(): VoiceError {
	return new VoiceError('VOICE_ERR_DOWNLOAD_FAILED', 'Another process took over this download, because this one did nothing for too long.', {
		remedy: 'Nothing has to be done: the other process goes on with it.',
	});
}

async function reportOther({ model, store }: ModelFetch, meter: ProgressMeter, pid: number): Promise<void> {
	const missing = await store.missing(model);
	const [current] = missing;
	if (!current) return;
	const parts = await Promise.all(missing.map((file) => partSize(store.filePath(model, file))));
	const whole = model.files.filter((file) => !missing.includes(file)).reduce((sum, file) => sum + (expectedBytes(file) ?? 0), 0);
	const total = totalOf(new Map(model.files.map((file) => [file.name, expectedBytes(file)])));
	meter.at(current.name, whole + parts.reduce((sum, size) => sum + size, 0), total, pid);
}

/** undefined as long as any file's size is. */
function totalOf(sizes: ReadonlyMap<string, number | undefined>): number | undefined {
	let sum = 0;
	for (const size of sizes.values()) {
		if (size === undefined) return undefined;
		sum += size;
	}
	return sum;
}
