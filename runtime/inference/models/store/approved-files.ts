import { createHash } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFile } from '../resolve';

/**
 * The model files that were opened without harm, beside the models: after a start the first caller does not wait until a
 * large one is tried again. One empty file each, named after path, size, time of the last change, and what had opened it.
 */
export class ApprovedFiles {
	private readonly folder: string;

	/**
	 * @param models the folder of the models
	 * @param opener what opens them, with its version: another one may fail on the same file
	 */
	constructor(
		models: string,
		private readonly opener: string,
	) {
		// No model's id begins with a dot.
		this.folder = path.join(models, '.approved');
	}

	async has(file: ModelFile): Promise<boolean> {
		return await access(this.place(file)).then(
			() => true,
			() => false,
		);
	}

	/** Where it cannot be written down, the file is tried again at the next start. */
	async add(file: ModelFile): Promise<void> {
		try {
			await mkdir(this.folder, { recursive: true });
			await writeFile(this.place(file), '');
		} catch {
			return;
		}
	}

	private place({ path: file, version }: ModelFile): string {
		const sum = createHash('sha256').update(JSON.stringify([file, version, this.opener])).digest('hex');
		return path.join(this.folder, sum.slice(0, 32));
	}
}
