import type { Catalogue } from '../catalogue/catalogue';
import type { CatalogueFile, CatalogueModel } from '../catalogue/schema';

/** One place from which a file can be had. */
export interface Address {
	readonly url: string;
	readonly token?: string;
}

/**
 * Where to ask for a file, best first: the mirrors of VOICE_LOOP_MODEL_MIRRORS (base addresses, separated by commas
 * or blanks), then the catalogue's. A file whose checksum is not known comes from its publisher or from mirrors that
 * the user has named, for nothing would show that somebody else changed it.
 *
 * VOICE_LOOP_MODEL_TOKEN goes to the user's mirrors, HF_TOKEN to the publisher (without mirrors either does).
 */
export function addressesOf(catalogue: Catalogue, model: CatalogueModel, file: CatalogueFile, env: NodeJS.ProcessEnv): Address[] {
	const own = (env.VOICE_LOOP_MODEL_MIRRORS ?? '').split(/[\s,]+/).filter((base) => base !== '');
	const ownToken = env.VOICE_LOOP_MODEL_TOKEN || undefined;
	const hubToken = env.HF_TOKEN || (own.length === 0 ? ownToken : undefined);
	const at = (base: string, token: string | undefined): Address => {
		const { repo, revision } = file.from ?? model.from;
		const url = `${base.replace(/\/+$/, '')}/${repo}/resolve/${revision}/${file.path ?? file.name}`;
		return { url, ...(token === undefined ? {} : { token }) };
	};
	const hubs = catalogue.mirrors.filter(({ publisher }) => publisher || file.sha256 !== null);
	return [
		...own.map((base) => at(base, ownToken)),
		...hubs.map(({ base, publisher }) => at(base, publisher ? hubToken : undefined)),
	];
}
