import type { Usage } from '../../contract/control';

/** What a reply has cost so far. A step's usage is only known at its end: until then each piece of its text counts as a token. */
export class ReplyUsage {
	private readonly total: Usage = { promptTokens: 0, reusedTokens: 0, completionTokens: 0 };
	private pieces = 0;

	writes(): void {
		this.pieces++;
	}

	add({ promptTokens, reusedTokens, completionTokens }: Usage): void {
		this.total.promptTokens += promptTokens;
		this.total.reusedTokens += reusedTokens;
		this.total.completionTokens += completionTokens;
	}

	get sum(): Usage {
		return { ...this.total };
	}

	/** Written. */
	get tokens(): number {
		return Math.max(this.pieces, this.total.completionTokens);
	}
}
