import { z } from 'zod';

/** What a model is for. `snac` turns Orpheus' tokens into sound; `voice` speaks on a CPU; `turn-end` hears whether a caller has finished. */
export const modelTasks = ['chat', 'orpheus', 'snac', 'transcribe', 'voice', 'turn-end'] as const;
const modelTask = z.enum(modelTasks);
export type ModelTask = z.infer<typeof modelTask>;

/** One step of a path below the model's folder: nothing in a catalogue may point out of the store. */
const STEP = /^[A-Za-z0-9_!][A-Za-z0-9._!-]*$/;
/** Our own files beside a model's. */
const OURS = /\.(part|json-part|lock|receipt\.json)$/;
const relativePath = z
	.string()
	.max(200)
	.refine((path) => path.split('/').every((step) => STEP.test(step)), 'is not a plain relative path')
	.refine((path) => !OURS.test(path), 'has an ending that is reserved for the store');

const bytes = z.number().int().positive();
const source = z.object({
	/** Owner and name on the hub. */
	repo: z.string().regex(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/),
	/** Commit, branch or tag. */
	revision: z.string().regex(/^[A-Za-z0-9][\w.-]*$/),
});

const modelFile = z.object({
	/** Where it lies below the model's folder. */
	name: relativePath,
	/** Where it lies in the repository, if not under `name`. */
	path: relativePath.optional(),
	/** Where it is published, if not with the model's other files. */
	from: source.optional(),
	/** null: not known to us; then only `aboutBytes` guards against something quite different. */
	bytes: bytes.nullable(),
	/** A rounded figure from a published page, where the exact one is not known. */
	aboutBytes: bytes.nullable(),
	/** null: not known to us, nothing is compared. Never guessed. */
	sha256: z
		.string()
		.regex(/^[0-9a-f]{64}$/)
		.nullable(),
	/** Where the publisher says no more: it tells damage, and no forgery. */
	md5: z
		.string()
		.regex(/^[0-9a-f]{32}$/)
		.optional(),
});
export type CatalogueFile = z.infer<typeof modelFile>;

const licence = z.object({
	name: z.string().min(1),
	url: z.string().url(),
	/** Whoever fetches it must have read and accepted it. */
	mustAccept: z.boolean(),
});

const model = z.object({
	id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
	name: z.string().min(1),
	task: modelTask,
	/** What it hears or speaks, as ISO 639-1; absent: that does not matter, or it knows many. */
	languages: z.array(z.string().regex(/^[a-z]{2}$/)).min(1).optional(),
	/** All of them hold. */
	licences: z.array(z.string()).min(1),
	/** What an engine is given: the first file, or the folder of all files. */
	opens: z.enum(['file', 'folder']),
	/** Estimate of weights and working memory with one session, and where it has to lie for real time. */
	memory: z.object({ bytes, in: z.enum(['ram', 'gpu', 'either']) }),
	from: source,
	files: z.array(modelFile).min(1),
});
export type CatalogueModel = z.infer<typeof model>;

const tier = z.object({
	id: z.string().min(1),
	name: z.string().min(1),
	/** Bytes and cores that the machine must have; vram 0 is a machine without a GPU. */
	needs: z.object({ ram: bytes, vram: z.number().int().nonnegative(), cores: z.number().int().positive() }),
	models: z.record(modelTask, z.string().nullable()),
});
export type Tier = z.infer<typeof tier>;

const mirror = z.object({
	base: z.string().url(),
	/** The hub itself. Files without a known checksum come from nowhere else. */
	publisher: z.boolean(),
});

function repeated(names: string[]): string[] {
	return names.filter((name, index) => names.indexOf(name) !== index);
}

export const catalogueSchema = z
	.object({
		/** false: the addresses come from published pages; we have not fetched them ourselves. */
		verified: z.boolean(),
		provenance: z.string(),
		/** Addresses are `<base>/<repo>/resolve/<revision>/<path>`; tried in this order. */
		mirrors: z.array(mirror).min(1),
		licences: z.record(licence),
		models: z.array(model),
		/** Best first. */
		tiers: z.array(tier),
	})
	.superRefine((catalogue, context) => {
		const fail = (message: string): void => context.addIssue({ code: z.ZodIssueCode.custom, message });
		for (const id of repeated(catalogue.models.map((each) => each.id))) fail(`the model ${id} is listed twice`);
		for (const each of catalogue.models) {
			for (const name of repeated(each.files.map((file) => file.name))) fail(`${each.id} lists the file ${name} twice`);
			for (const name of each.licences) if (!Object.hasOwn(catalogue.licences, name)) fail(`${each.id}: there is no licence ${name}`);
		}
		for (const each of catalogue.tiers) {
			for (const [task, id] of Object.entries(each.models)) {
				if (id === null) continue;
				const found = catalogue.models.find((candidate) => candidate.id === id);
				if (found?.task !== task) fail(`tier ${each.id}: ${id} is not a model for ${task}`);
			}
		}
	});
export type CatalogueData = z.infer<typeof catalogueSchema>;
