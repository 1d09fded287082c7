/** How much work each engine has at the moment: speeches, conversations, callers who are heard. One for each stage. */
export class OpenWork {
	private readonly open = new Map<string, number>();

	of(engine: string): number {
		return this.open.get(engine) ?? 0;
	}

	/** Counts from now on. The result ends it, once, however often it is called. */
	begin(engine: string): () => void {
		this.open.set(engine, this.of(engine) + 1);
		let ended = false;
		return () => {
			if (ended) return;
			ended = true;
			this.open.set(engine, this.of(engine) - 1);
		};
	}
}
