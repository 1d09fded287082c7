import type { Loading, LoadingPart } from '../../contract/loading';
import { serverNamed } from '../../contract/engines';
import type { ModelLoads } from '../models/model-loads';

const LOOK_EVERY_MS = 500;

/** Tells one who waits for several models how far they are, whenever that changes. */
export class LoadReports {
	private readonly models: Array<{ readonly part: LoadingPart; readonly model: string }> = [];
	private readonly timer = setInterval(() => this.look(), LOOK_EVERY_MS);
	private told = '[]';

	constructor(
		private readonly loads: ModelLoads,
		private readonly tell: (loading: Loading[]) => void,
	) {}

	async watch<T>(part: LoadingPart, model: string, work: () => Promise<T>): Promise<T> {
		// A server has loaded its models long since.
		if (serverNamed(model) !== undefined) return await work();
		this.models.push({ part, model });
		try {
			return await this.loads.watch(part, model, work);
		} finally {
			this.look();
		}
	}

	/** Nobody waits any more. */
	end(): void {
		clearInterval(this.timer);
	}

	private look(): void {
		const loading = this.loads.of(this.models);
		const text = JSON.stringify(loading);
		if (text === this.told) return;
		this.told = text;
		this.tell(loading);
	}
}
