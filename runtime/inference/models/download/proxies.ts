import http from 'node:http';
import https from 'node:https';
import { VoiceError } from '../../../contract/errors';

const VARIABLES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;

/** Connections for downloads, through the proxy that the environment names. */
export interface Agents {
	readonly http: http.Agent;
	readonly https: https.Agent;
	/** Ends idle connections. */
	close(): void;
}

/** `proxyEnv` came with Node 24.5 and 22.21; before, an agent ignores it without a word. */
export function knowsProxies(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
}

/**
 * Agents of our own in place of `http.setGlobalProxyFromEnv()`: that would turn all of the process' connections
 * to the proxy, those to the user's own inference servers too.
 * @throws VOICE_ERR_DOWNLOAD_FAILED when a proxy is set and this Node cannot use it.
 */
export function openAgents(env: NodeJS.ProcessEnv, version: string = process.versions.node): Agents {
	const proxyEnv = Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
	const wanted = Object.keys(proxyEnv).some((name) => !name.toLowerCase().startsWith('no'));
	if (wanted && !knowsProxies(version)) {
		throw new VoiceError('VOICE_ERR_DOWNLOAD_FAILED', `A proxy is set, but Node ${version} cannot go through one.`, {
			remedy: 'Use Node 24.5 or later, or fetch the files by other means and put them where `voice-loop models list` says.',
		});
	}
	const options = { keepAlive: true, ...(wanted ? { proxyEnv } : {}) };
	const agents = { http: new http.Agent(options), https: new https.Agent(options) };
	return {
		...agents,
		close: () => {
			agents.http.destroy();
			agents.https.destroy();
		},
	};
}
