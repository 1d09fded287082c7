import path from 'node:path';

export interface N8nSettings {
	/** Holds `.n8n`: the database, the community packages. */
	readonly userFolder: string;
	readonly encryptionKey: string;
	readonly port: number;
	/** Where n8n and the process that runs its Code nodes meet. */
	readonly brokerPort: number;
	/** Added to the environment last. */
	readonly env?: NodeJS.ProcessEnv;
}

/** n8n takes a zone that does not exist, and then has no date at all. */
function timeZone(wanted = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
	try {
		new Intl.DateTimeFormat('en', { timeZone: wanted });
		return wanted;
	} catch {
		throw new Error(`GENERIC_TIMEZONE is not a time zone: ${wanted}. Set it to one such as Europe/Berlin, or unset it to use this machine's time zone.`);
	}
}

/**
 * Not handed on. npm's and jest's are about the clone. The others put n8n into a mode for its own developers, in
 * which any website may talk to it with the login of whoever visits both, and may show it in a frame.
 */
const NOT_HANDED_ON = /^(npm_|JEST_|NODE_ENV$|E2E_TESTS$|N8N_DEV_RELOAD$|N8N_PREVIEW_MODE$)/;

/** Safer than what n8n 1.x does when nobody says; 2.x does so by itself. What the user has set holds. */
const SAFER = {
	N8N_BLOCK_ENV_ACCESS_IN_NODE: 'true',
	N8N_RUNNERS_ENABLED: 'true',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
	N8N_GIT_NODE_DISABLE_BARE_REPOS: 'true',
};

/** What holds where the user has set nothing else: only this machine reaches n8n, over plain HTTP, and n8n asks nobody for news. */
const DEFAULTS = {
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_HOST: '127.0.0.1',
	N8N_SECURE_COOKIE: 'false',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
};

/** What is ours whatever the user has set, and what to set in its place. */
const OURS: Record<string, string> = {
	N8N_USER_FOLDER: 'Set VOICE_LOOP_HOME instead.',
	N8N_ENCRYPTION_KEY: 'The key is in secrets.json of the folder.',
	N8N_RUNNERS_BROKER_PORT: 'A free port is taken.',
};

/** One line for each setting of the user's that does not hold, so that nobody looks for its effect. */
export function overruled(env: NodeJS.ProcessEnv): string[] {
	return Object.entries(OURS).flatMap(([name, instead]) => (env[name] ? [`${name} is not used here. ${instead}`] : []));
}

/** By which n8n is reached from this machine itself. Several addresses at once are all of them, so loopback is one. */
export function localHost(env: NodeJS.ProcessEnv): string {
	const address = env.N8N_LISTEN_ADDRESS || DEFAULTS.N8N_LISTEN_ADDRESS;
	if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
	return address.includes(':') ? `[${address}]` : address;
}

/** Whether others than this machine can reach n8n. */
export function isOpen(env: NodeJS.ProcessEnv): boolean {
	return !/^(127\.|::1$|localhost$)/.test(env.N8N_LISTEN_ADDRESS || DEFAULTS.N8N_LISTEN_ADDRESS);
}

/** By which others reach n8n, as far as the user has said; undefined where that is not known. */
export function publicUrl(env: NodeJS.ProcessEnv, port: number): string | undefined {
	if (env.WEBHOOK_URL) return env.WEBHOOK_URL.replace(/\/+$/, '');
	const host = env.N8N_HOST || (isOpen(env) && env.N8N_LISTEN_ADDRESS !== '0.0.0.0' && env.N8N_LISTEN_ADDRESS !== '::' ? env.N8N_LISTEN_ADDRESS : undefined);
	return host && isOpen(env) ? `http://${host.includes(':') ? `[${host}]` : host}:${port}` : undefined;
}

/**
 * What n8n is started with; what the user has set for it is handed on, but for what `overruled` names.
 * @throws when the user has set something that is not a time zone, or a protocol that is not served here
 */
export function n8nEnvironment(settings: N8nSettings, node: string): NodeJS.ProcessEnv {
	if (process.env.N8N_PROTOCOL === 'https') {
		throw new Error('N8N_PROTOCOL=https is not supported by npm start. Put a reverse proxy with TLS in front of n8n and set WEBHOOK_URL to its address; docs/network.md shows how.');
	}
	// Set to nothing is not set.
	const inherited = Object.entries(process.env).filter(([name, value]) => !NOT_HANDED_ON.test(name) && !(name in DEFAULTS && value === ''));
	return {
		...SAFER,
		...DEFAULTS,
		...Object.fromEntries(inherited),
		// Without it n8n is in its developers' mode.
		NODE_ENV: 'production',
		// n8n takes New York for the zone of whoever names none: "tomorrow" would be another day than the caller's.
		GENERIC_TIMEZONE: timeZone(process.env.GENERIC_TIMEZONE || undefined),
		PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
		N8N_USER_FOLDER: settings.userFolder,
		N8N_ENCRYPTION_KEY: settings.encryptionKey,
		N8N_PORT: String(settings.port),
		N8N_RUNNERS_BROKER_PORT: String(settings.brokerPort),
		...settings.env,
	};
}
