import { VoiceError } from './errors';

/**
 * The oldest Node that the runtime runs on (`node:sqlite`). Nodes and client do with what n8n 1.123 runs on, 20.19:
 * package.json's `engines`.
 */
const OLDEST_NODE = { major: 22, minor: 13 };

/** @throws VOICE_ERR_RUNTIME_START @param version such as process.versions.node */
export function assertRuntimeNode(version: string): void {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	if (major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor)) return;
	const needed = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
	throw new VoiceError('VOICE_ERR_RUNTIME_START', `The voice runtime needs Node ${needed} or newer, but this is Node ${version}.`, {
		remedy: `Start the runtime on Node ${needed} or newer with \`npx voice-loop start\`, as the user that n8n runs as: the nodes find it by themselves. n8n itself can stay on the Node it has.`,
	});
}
