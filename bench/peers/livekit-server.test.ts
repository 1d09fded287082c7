// Guards against: a machine without livekit-server on which the bench fails instead of leaving LiveKit out.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hasLiveKitServer } from './livekit-server';

const PATH = process.env.PATH;

afterEach(() => {
	process.env.PATH = PATH;
});

it('is there where the program is on the PATH', async () => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'livekit-server-'));
	process.env.PATH = folder;
	expect(hasLiveKitServer()).toBe(false);
	const program = path.join(folder, 'livekit-server');
	await writeFile(program, '#!/bin/sh\necho livekit-server version 1\n');
	await chmod(program, 0o755);
	expect(hasLiveKitServer()).toBe(true);
	await rm(folder, { recursive: true });
});
