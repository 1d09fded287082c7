/** One engine of a chain. People and Cooldowns know it by its `name`. */
export interface ChainLink {
	readonly name: string;
	/**
	 * Links beside each other that have the same share their work: whoever has least of it gets the next. Absent:
	 * this one is asked only where those before it fail.
	 */
	readonly shares?: string;
}

/** What a name in the settings stands for: one engine, or several servers. `voice`: the voice that is asked for, where one is. */
export type LinksOf = (engine: string, voice: string) => ReadonlyArray<ChainLink>;

/** Every engine for itself. */
export const eachAlone: LinksOf = (name) => [{ name }];

/** The engines of settings, main one first, as links. Nobody is asked twice. */
export function chainLinks(names: readonly [string, ...string[]], linksOf: LinksOf): [ChainLink, ...ChainLink[]] {
	const links = names.flatMap((name) => linksOf(name, ''));
	const [first = { name: names[0] }, ...others] = links.filter(({ name }, at) => links.findIndex((link) => link.name === name) === at);
	return [first, ...others];
}
