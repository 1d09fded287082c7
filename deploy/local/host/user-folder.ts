import { createHmac, randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { linkTree } from './hard-links.ts';
import type { SetupManifest } from './manifest.ts';

const secrets = z.object({
	/** n8n encrypts stored credentials with it: a folder without its key is lost. */
	encryptionKey: z.string().min(32),
	owner: z.object({ email: z.string(), password: z.string() }),
});
export type Secrets = z.infer<typeof secrets>;

export const packageName = 'n8n-nodes-voice-loop';

export function installedPackage(userFolder: string): string {
	return path.join(userFolder, '.n8n', 'nodes', 'node_modules', packageName);
}

/**
 * The folder's own encryption key and owner, made up at its first use; only this machine's user can read the file.
 * n8n wants a digit and a capital in a password.
 */
export async function readSecrets(userFolder: string): Promise<Secrets> {
	const file = path.join(userFolder, 'secrets.json');
	await mkdir(userFolder, { recursive: true, mode: 0o700 });
	const made: Secrets = {
		encryptionKey: randomBytes(32).toString('hex'),
		owner: { email: 'owner@voice-loop.local', password: `V1-${randomBytes(12).toString('base64url')}` },
	};
	try {
		await writeFile(file, `${JSON.stringify(made, null, '\t')}\n`, { flag: 'wx', mode: 0o600 });
		return made;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		return secrets.parse(JSON.parse(await readFile(file, 'utf8')));
	}
}

/** The key of this folder's runtime: the same at every start, so that pages that are open still let their callers in. */
export function runtimeKeyOf({ encryptionKey }: Secrets): string {
	return createHmac('sha256', encryptionKey).update('voice runtime').digest('base64url');
}

/**
 * Puts our package where n8n puts the community packages it installs, so that its nodes have the names
 * they have for everybody (`n8n-nodes-voice-loop.voiceSessionTrigger`).
 */
export async function installPackage(userFolder: string, manifest: SetupManifest): Promise<void> {
	const target = installedPackage(userFolder);
	await rm(target, { recursive: true, force: true });
	await mkdir(path.dirname(target), { recursive: true });
	await cp(manifest.package, target, { recursive: true });
	linkTree(manifest.dependencies, path.join(target, 'node_modules'));
}
