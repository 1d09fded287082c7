import { readFileSync } from 'node:fs';
import { VoiceError } from '../../../contract/errors';
import shipped from './catalogue.json';
import { type CatalogueData, type CatalogueFile, type CatalogueModel, catalogueSchema, type ModelTask, modelTasks } from './schema';

export interface Licence {
	/** The name that settings use. */
	readonly id: string;
	readonly name: string;
	readonly url: string;
	readonly mustAccept: boolean;
}

/** The models that can be fetched. */
export class Catalogue {
	constructor(private readonly data: CatalogueData) {}

	get models(): readonly CatalogueModel[] {
		return this.data.models;
	}

	get tiers(): CatalogueData['tiers'] {
		return this.data.tiers;
	}

	get mirrors(): CatalogueData['mirrors'] {
		return this.data.mirrors;
	}

	/** false: nobody has fetched these addresses yet, see `provenance`. */
	get verified(): boolean {
		return this.data.verified;
	}

	get provenance(): string {
		return this.data.provenance;
	}

	find(id: string): CatalogueModel | undefined {
		return this.data.models.find((model) => model.id === id);
	}

	/** Throws VOICE_ERR_MODEL_MISSING, which lists what there is. */
	model(id: string): CatalogueModel {
		const model = this.find(id);
		if (model) return model;
		const known = this.data.models.map((each) => each.id).join(', ');
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `The catalogue has no model "${id.slice(0, 200)}". It has: ${known}.`);
	}

	get licences(): readonly Licence[] {
		return Object.entries(this.data.licences).map(([id, licence]) => ({ id, ...licence }));
	}

	licencesOf(model: CatalogueModel): Licence[] {
		return model.licences.flatMap((id) => this.licences.filter((licence) => licence.id === id));
	}
}

export function isModelTask(name: string): name is ModelTask {
	return (modelTasks as readonly string[]).includes(name);
}

/** Exact where the catalogue knows it, else the rounded figure; undefined where it knows neither. */
export function expectedBytes(file: CatalogueFile): number | undefined {
	return file.bytes ?? file.aboutBytes ?? undefined;
}

/** What is to be fetched, as far as it is known. */
export function modelBytes(model: CatalogueModel): number {
	return model.files.reduce((sum, file) => sum + (expectedBytes(file) ?? 0), 0);
}

/**
 * The catalogue of this machine: the one that VOICE_LOOP_MODEL_CATALOGUE names (a JSON file of the same shape,
 * for whoever keeps models of their own), else the one that ships with the package.
 * @throws VOICE_ERR_BAD_REQUEST when that file cannot be read or is not of that shape.
 */
export function openCatalogue(env: NodeJS.ProcessEnv): Catalogue {
	const file = env.VOICE_LOOP_MODEL_CATALOGUE;
	if (!file) return new Catalogue(catalogueSchema.parse(shipped));
	try {
		return new Catalogue(catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `The catalogue ${file} cannot be used: ${why.slice(0, 500)}`, {
			cause,
			remedy: 'Check the file that VOICE_LOOP_MODEL_CATALOGUE names, or unset the variable.',
		});
	}
}
