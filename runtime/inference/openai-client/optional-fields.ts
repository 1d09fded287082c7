import { refusalOf } from './refusal';

/**
 * Fields that some servers do not know and then refuse, in the order in which they are given up. What a server
 * refused once is not sent to it again.
 */
export class OptionalFields {
	private readonly refused = new Set<string>();

	constructor(private readonly names: readonly string[]) {}

	isRefused(name: string): boolean {
		return this.refused.has(name);
	}

	/** Asks with all of `body`, and again without the field that the refusal names. `ask` gets the fields left out. */
	async ask<T>(present: readonly string[], ask: (leftOut: ReadonlySet<string>) => Promise<T>): Promise<T> {
		for (;;) {
			const leftOut = new Set(this.refused);
			try {
				return await ask(leftOut);
			} catch (error) {
				const refusal = refusalOf(error);
				if (refusal?.status !== 400 && refusal?.status !== 422) throw error;
				const named = this.names.find(
					(name) => present.includes(name) && !leftOut.has(name) && new RegExp(`\\b${name}\\b`).test(refusal.said),
				);
				if (named === undefined) throw error;
				this.refused.add(named);
			}
		}
	}
}

export function without(body: Readonly<Record<string, unknown>>, leftOut: ReadonlySet<string>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(body).filter(([name]) => !leftOut.has(name)));
}
