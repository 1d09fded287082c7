import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { isOpenToAll, readSettingsFile } from '../../lib/settings-file';

/** RFC 7064 and 7065. Browsers know no TURN over DTLS (`turns:` with transport=udp). */
const HOST = '(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}\\])(?::\\d{1,5})?';
const ICE_URL = new RegExp(`^(?:stuns?:${HOST}|turn:${HOST}(?:\\?transport=(?:udp|tcp))?|turns:${HOST}(?:\\?transport=tcp)?)$`);
const url = z.string().regex(ICE_URL, 'Expected a URL like stun:host:3478, turn:host:3478?transport=udp or turns:host:443?transport=tcp');

export function isTurn(iceUrl: string): boolean {
	return iceUrl.startsWith('turn');
}

/** A shorter one can be guessed from one credential that was handed out. */
const secret = z.string().min(16, 'Expected at least 16 characters').max(500);

/** One entry of the file, as RTCConfiguration.iceServers has it; or with the secret of which credentials are made for each call. */
const serverEntry = z
	.object({
		urls: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(url).min(1).max(16)),
		username: z.string().min(1).max(500).optional(),
		credential: z.string().min(1).max(500).optional(),
		secret: secret.optional(),
	})
	.strict()
	.refine(({ username, credential }) => (username === undefined) === (credential === undefined), 'needs both username and credential, or neither')
	.refine((entry) => entry.secret === undefined || entry.username === undefined, 'has both a secret and a username: use only one')
	.refine((entry) => !entry.urls.some(isTurn) || entry.secret !== undefined || entry.username !== undefined, 'needs a secret, or a username and a credential, for its TURN server');
/** A STUN or TURN server, and how callers are known to it. */
export type TurnServerEntry = z.infer<typeof serverEntry>;

const serversFile = z.array(serverEntry).max(16);

/** Not set and set to nothing are the same. */
function unlessEmpty<T extends z.ZodTypeAny>(shape: T) {
	return z.literal('').transform(() => undefined).or(shape).optional();
}

/** '1.2.3.4, ::1' */
export function commaSeparated<T extends z.ZodTypeAny>(item: T) {
	const items = z.string().transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''));
	return items.pipe(z.array(item)).default('');
}

export const turnEnvironment = z.object({
	VOICE_LOOP_TURN_URLS: commaSeparated(url),
	/** coturn's static-auth-secret. */
	VOICE_LOOP_TURN_SECRET: unlessEmpty(secret),
	/** Path of a JSON file with a list of servers, for hosted services and for several. */
	VOICE_LOOP_ICE_SERVERS: z.string().default(''),
	/** Seconds. */
	VOICE_LOOP_TURN_LIFETIME: z.coerce.number().int().min(60).max(86_400).default(3600),
	VOICE_LOOP_RELAY_ONLY: z.enum(['on', 'off']).default('off'),
});

export interface TurnSettings {
	readonly servers: readonly TurnServerEntry[];
	/** Of credentials that are made for one call, seconds. */
	readonly lifetimeSeconds: number;
	/** For all agents, whatever their trigger says. */
	readonly relayOnly: boolean;
}

/** @throws VOICE_ERR_BAD_REQUEST, which repeats no secret */
export function turnSettings(read: z.infer<typeof turnEnvironment>): TurnSettings {
	const { VOICE_LOOP_TURN_URLS: urls, VOICE_LOOP_TURN_SECRET: shared, VOICE_LOOP_ICE_SERVERS: file } = read;
	if (urls.some(isTurn) && shared === undefined) {
		throw wrong('VOICE_LOOP_TURN_URLS has a TURN server, but VOICE_LOOP_TURN_SECRET is not set', 'Set it to the static-auth-secret of that server. For a server with a user name and a password use VOICE_LOOP_ICE_SERVERS.');
	}
	if (urls.length === 0 && shared !== undefined) throw wrong('VOICE_LOOP_TURN_SECRET is set, but VOICE_LOOP_TURN_URLS is not', 'Set VOICE_LOOP_TURN_URLS to the addresses of the TURN server.');
	const own: TurnServerEntry[] = urls.length === 0 ? [] : [{ urls, ...(shared === undefined ? {} : { secret: shared }) }];
	const servers = [...own, ...(file === '' ? [] : readServers(file))];
	const relayOnly = read.VOICE_LOOP_RELAY_ONLY === 'on';
	if (relayOnly && !servers.some((server) => server.urls.some(isTurn))) {
		throw wrong('VOICE_LOOP_RELAY_ONLY is on, but no TURN server is configured', 'Set VOICE_LOOP_TURN_URLS and VOICE_LOOP_TURN_SECRET, or VOICE_LOOP_ICE_SERVERS.');
	}
	return { servers, lifetimeSeconds: read.VOICE_LOOP_TURN_LIFETIME, relayOnly };
}

function readServers(file: string): TurnServerEntry[] {
	const fail = (why: string, remedy?: string): VoiceError => wrong(`The file ${file} (VOICE_LOOP_ICE_SERVERS) cannot be used: ${why}`, remedy);
	const { data: servers, error } = serversFile.safeParse(readSettingsFile(file, fail));
	if (error) {
		const [issue] = error.issues;
		throw fail(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
	}
	const secretive = servers.some((entry) => entry.secret !== undefined || entry.credential !== undefined);
	if (secretive && isOpenToAll(file)) throw fail('it contains a secret and everybody on this machine can read it', `Run chmod 600 ${file}.`);
	return servers;
}

function wrong(what: string, remedy = 'Correct it, then start the runtime again. docs/network.md shows examples.'): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `${what}.`, { remedy });
}
