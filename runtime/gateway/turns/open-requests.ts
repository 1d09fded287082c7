/** Requests that are being worked on: the same one, sent again over another connection, waits for the same answer. */
export class OpenRequests {
	private readonly open = new Map<string, Promise<unknown>>();

	/** @param request its id; undefined from a client that gives none */
	async once<T>(request: string | undefined, act: () => Promise<T>): Promise<T> {
		if (request === undefined) return await act();
		const same = this.open.get(request);
		if (same) return (await same) as T;
		const answer = act();
		this.open.set(request, answer);
		try {
			return await answer;
		} finally {
			this.open.delete(request);
		}
	}
}
