import os from 'node:os';
import path from 'node:path';

/**
 * Where models lie. Not the state folder: that one may be in memory and is gone after a reboot, while these are
 * gigabytes. The default is shared by all clones and all n8n of one user.
 */
export function modelsFolder(env: NodeJS.ProcessEnv): string {
	if (env.VOICE_LOOP_MODELS) return path.resolve(env.VOICE_LOOP_MODELS);
	const cache = env.VOICE_LOOP_CACHE || path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'voice-loop');
	return path.resolve(cache, 'models');
}
