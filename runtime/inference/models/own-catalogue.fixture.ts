import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CatalogueData, catalogueSchema, type ModelTask } from './catalogue/schema';
import { answer, type Reaction, serveHub, sha256 } from './download/hub.fixture';
import type { Machine } from '../machine/machine';

export interface OwnModel {
	readonly id: string;
	readonly task?: ModelTask;
	readonly files: Readonly<Record<string, Buffer>>;
	readonly licence?: 'free' | 'llama3.2';
	/** Checksums and sizes are not in the catalogue. */
	readonly unknown?: boolean;
}

function repoOf(id: string): string {
	return `someone/${id}`;
}

/** A catalogue of models that a server on loopback has: the first ones of each task are those of the only tier. */
export function catalogueOf(models: readonly OwnModel[], mirrors: CatalogueData['mirrors']): CatalogueData {
	const first = (task: ModelTask): string | null => models.find((model) => (model.task ?? 'chat') === task)?.id ?? null;
	return catalogueSchema.parse({
		verified: true,
		provenance: 'made for a test',
		mirrors,
		licences: {
			free: { name: 'Free', url: 'https://example.org/free', mustAccept: false },
			'llama3.2': { name: 'Llama 3.2 Community License', url: 'https://example.org/llama', mustAccept: true },
		},
		models: models.map(({ id, task = 'chat', files, licence = 'free', unknown = false }) => ({
			id,
			name: `The ${id}`,
			task,
			licences: [licence],
			opens: Object.keys(files).length === 1 ? 'file' : 'folder',
			memory: { bytes: 1e9, in: 'either' },
			from: { repo: repoOf(id), revision: 'main' },
			files: Object.entries(files).map(([name, content]) => ({
				name,
				bytes: unknown ? null : content.length,
				aboutBytes: unknown ? content.length : null,
				sha256: unknown ? null : sha256(content),
			})),
		})),
		tiers: [
			{
				id: 'any',
				name: 'a machine for tests',
				needs: { ram: 1e9, vram: 0, cores: 1 },
				models: { chat: first('chat'), orpheus: first('orpheus'), snac: first('snac'), transcribe: first('transcribe'), voice: first('voice'), 'turn-end': first('turn-end') },
			},
		],
	});
}

/** Writes it into `folder`. @returns the environment that uses it, with the models in `folder`/store */
export function ownCatalogue(folder: string, models: readonly OwnModel[], mirrors: CatalogueData['mirrors']): Record<string, string> {
	const file = path.join(folder, 'catalogue.json');
	writeFileSync(file, JSON.stringify(catalogueOf(models, mirrors)));
	return { VOICE_LOOP_MODEL_CATALOGUE: file, VOICE_LOOP_MODELS: path.join(folder, 'store') };
}

/** Serves all files of the models where a hub has them. */
export function serveModels(models: readonly OwnModel[], options: Parameters<typeof serveHub>[1] = {}): Reaction {
	return (request, response, count) => {
		const found = models.flatMap(({ id, files }) =>
			Object.entries(files).flatMap(([name, content]) => (request.url === `/${repoOf(id)}/resolve/main/${name}` ? [content] : [])),
		);
		const react = found[0] ? serveHub(found[0], options) : answer(404);
		react(request, response, count);
	};
}

export function enoughFor(): Promise<Machine> {
	return Promise.resolve({ ram: 16e9, cores: 8, gpus: [] });
}
export function tooSmall(): Promise<Machine> {
	return Promise.resolve({ ram: 0.5e9, cores: 1, gpus: [] });
}
