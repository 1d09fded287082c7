import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** What `deploy/local/setup.mjs package` leaves behind; all are absolute paths. */
const manifest = z.object({
	/** A Node 24 binary. */
	node: z.string(),
	/** The folder whose node_modules hold n8n. */
	n8n: z.string(),
	/** This clone's package as n8n would unpack it. */
	package: z.string(),
	/** The node_modules that n8n would install into it. */
	dependencies: z.string(),
});
export type SetupManifest = z.infer<typeof manifest>;

/** @throws when the set-up has not run in this clone */
export async function readManifest(root: string): Promise<SetupManifest> {
	const file = path.join(root, 'node_modules', '.cache', 'voice-loop', 'setup.json');
	const text = await readFile(file, 'utf8').catch(() => {
		throw new Error('This clone has not been set up yet. Run: node deploy/local/setup.mjs package');
	});
	return manifest.parse(JSON.parse(text));
}
