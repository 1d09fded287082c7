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
 * What n8n is started with; what the user has set for it outside of these names is handed on.
 * @throws when the user has set something that is not a time zone
 */
export function n8nEnvironment(settings: N8nSettings, node: string): NodeJS.ProcessEnv {
	// Under jest NODE_ENV is `test`, and n8n ends at once; npm's settings are about the clone.
	const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|JEST_|NODE_ENV$)/.test(name));
	return {
		...Object.fromEntries(inherited),
		// n8n takes New York for the zone of whoever names none: "tomorrow" would be another day than the caller's.
		GENERIC_TIMEZONE: timeZone(process.env.GENERIC_TIMEZONE || undefined),
		PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
		N8N_USER_FOLDER: settings.userFolder,
		N8N_ENCRYPTION_KEY: settings.encryptionKey,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(settings.port),
		N8N_RUNNERS_BROKER_PORT: String(settings.brokerPort),
		// Served over plain HTTP on the loopback address.
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		...settings.env,
	};
}
