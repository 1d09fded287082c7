import { VoiceError } from '../../contract/errors';
import { type Locate, locateOnDisk } from '../models/resolve';
import type { StreamingRecogniser } from '.';

/** The recognisers of this process: each model's is made on first use and shared by all callers. */
export class Recognisers {
	private readonly opened = new Map<string, Promise<StreamingRecogniser>>();

	constructor(
		private readonly create: (folder: string) => Promise<StreamingRecogniser>,
		private readonly locate: Locate = locateOnDisk,
	) {}

	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN; the next asking tries again. */
	async get(model: string): Promise<StreamingRecogniser> {
		const folder = await this.locate(model, 'transcribe');
		let pending = this.opened.get(folder);
		if (!pending) {
			pending = this.create(folder);
			this.opened.set(folder, pending);
			pending.catch(() => this.opened.delete(folder));
		}
		try {
			return await pending;
		} catch (error) {
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		}
	}
}
