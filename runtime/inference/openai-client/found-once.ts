import { cancelled } from './request-watch';

/** `work`, unless `signal` is aborted first: then VOICE_ERR_CANCELLED, while the work goes on for others. */
export async function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	if (signal.aborted) throw cancelled();
	let leave: () => void = () => undefined;
	const left = new Promise<never>((_resolve, reject) => {
		leave = () => reject(cancelled());
		signal.addEventListener('abort', leave, { once: true });
	});
	try {
		return await Promise.race([work, left]);
	} finally {
		signal.removeEventListener('abort', leave);
	}
}

/** What is found out by the first who asks, for all who ask. After a failure the next who asks tries again. */
export class FoundOnce<T> {
	private finding: Promise<T> | undefined;

	/** `find` goes on though the one who asked first has left: others may wait for it. */
	constructor(private readonly find: (signal: AbortSignal) => Promise<T>) {}

	async get(signal: AbortSignal): Promise<T> {
		this.finding ??= this.start();
		return await orCancelled(this.finding, signal);
	}

	/** It may have changed: the next who asks finds out anew. */
	forget(): void {
		this.finding = undefined;
	}

	private start(): Promise<T> {
		const finding = this.find(new AbortController().signal);
		finding.catch(() => {
			if (this.finding === finding) this.finding = undefined;
		});
		return finding;
	}
}
