/** A process that runs. */
export interface Kept {
	/** Resolves when it has ended, for whatever reason, with how: "exit code 1", "SIGKILL". */
	readonly ended: Promise<string>;
	stop(): Promise<void>;
}

export interface KeeperOptions {
	/** "n8n", "The voice runtime": how sentences about it begin. */
	readonly name: string;
	/** Resolves when it is ready; rejects when it ended before, with the reason. */
	readonly start: (signal: AbortSignal) => Promise<Kept>;
	/** For the person who ran `npm start`. */
	readonly say: (line: string) => void;
	readonly logFile: string;
}

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 8_000;
/** One that has worked for so long has not failed again: it has failed anew. */
const PROVEN_MS = 60_000;
/** With the pauses between them: some 25 seconds. */
const MOST_IN_A_ROW = 6;

/** Starts a process again that has ended, after a pause that grows; one that ends again and again is left alone. */
export class Keeper {
	/** Resolves with the reason when it is not started again any more. */
	readonly gaveUp: Promise<string>;
	readonly #options: KeeperOptions;
	readonly #stopping = new AbortController();
	#giveUp: (why: string) => void = () => undefined;
	#running: Kept | undefined;
	#kept: Promise<void> = Promise.resolve();
	#failures = 0;

	constructor(options: KeeperOptions) {
		this.#options = options;
		this.gaveUp = new Promise((resolve) => (this.#giveUp = resolve));
	}

	/** @param running one that has been started and is ready */
	keep(running: Kept): void {
		this.#kept = this.#keep(running);
	}

	/** Ends it for good. */
	async stop(): Promise<void> {
		this.#stopping.abort();
		await this.#running?.stop();
		await this.#kept;
	}

	async #keep(first: Kept): Promise<void> {
		const { name, say, logFile } = this.#options;
		for (let running: Kept | undefined = first; running; ) {
			this.#running = running;
			const since = Date.now();
			const how = await running.ended;
			this.#running = undefined;
			if (this.#stopping.signal.aborted) return;
			if (Date.now() - since >= PROVEN_MS) this.#failures = 0;
			say(`! ${name} stopped unexpectedly (${how}). Its log: ${logFile}. Starting it again…`);
			running = await this.#restart(how);
			if (running) say(`✓ ${name} is running again.`);
		}
	}

	/** undefined when it is to be stopped, or was given up. */
	async #restart(how: string): Promise<Kept | undefined> {
		const { name, start } = this.#options;
		const { signal } = this.#stopping;
		for (let why = how; !signal.aborted; ) {
			this.#failures += 1;
			if (this.#failures > MOST_IN_A_ROW) {
				this.#giveUp(`${name} stopped ${this.#failures} times in a row and is not started again. The last time: ${why}`);
				return undefined;
			}
			const pause = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
			await passed(pause, signal);
			if (signal.aborted) return undefined;
			try {
				const running = await start(signal);
				if (!signal.aborted) return running;
				await running.stop();
			} catch (error) {
				why = error instanceof Error ? error.message : String(error);
			}
		}
		return undefined;
	}
}

/** Sooner when it is to be stopped. */
async function passed(ms: number, signal: AbortSignal): Promise<void> {
	await new Promise<void>((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
