import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { RuntimeState } from '../contract/control';
import { gpuSettings, snacGpuSettings } from '../contract/engines';
import { VoiceError } from '../contract/errors';
import { LOG_LEVELS } from '../lib/log';
import type { LimitSettings } from './calls/caller-limits';
import type { TlsFiles } from './http/tls';
import type { MediaNetworkSettings } from './turn-servers/call-network';
import { type TurnSettings, commaSeparated, turnEnvironment, turnSettings } from './turn-servers/turn-settings';

const whole = z.coerce.number().int();

/** `50000-50199` */
const ports = z
	.string()
	.regex(/^\d{1,5}-\d{1,5}$/, 'Expected two ports, such as 50000-50199')
	.transform((text) => text.split('-').map(Number))
	.transform(([min = 0, max = 0]) => ({ min, max }))
	.refine(({ min, max }) => min >= 1 && min <= max && max <= 65_535, 'Expected two ports from 1 to 65535, the smaller one first');

/** `203.0.113.7`, or `203.0.113.7/10.0.0.5` for one of the machine's own. */
const publicAddress = z
	.string()
	.transform((text) => text.split('/'))
	.refine((parts) => parts.length <= 2 && parts.every((part) => isIP(part) !== 0), 'Expected an IP address, such as 203.0.113.7, or 203.0.113.7/10.0.0.5 for one of this machine\'s own')
	.refine(([address = '', local = address]) => isIP(address) === isIP(local), 'Expected two addresses of the same family')
	.transform(([address = '', local]) => ({ address, local }));

/** `127.0.0.1`, `10.0.0.0/8`, and the names that proxy-addr knows. */
const proxy = z.string().refine((text) => {
	const [address = '', bits, ...rest] = text.split('/');
	const family = isIP(address);
	if (bits === undefined) return family !== 0 || ['loopback', 'linklocal', 'uniquelocal'].includes(text);
	return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}, 'Expected an IP address, a network such as 10.0.0.0/8, loopback, linklocal or uniquelocal');

/** All that can be set from outside, with what holds when it is not. */
const environment = z.object({
	VOICE_LOOP_HOST: z.string().default('127.0.0.1'),
	/** 0: any free port; the state file says which. */
	VOICE_LOOP_PORT: whole.min(0).max(65_535).default(0),
	/** By which pages reach the runtime itself, for their WebSocket; through a proxy with its path. */
	VOICE_LOOP_PUBLIC_URL: z.string().url().regex(/^https?:/i, 'Expected a URL with http:// or https://').or(z.literal('')).default(''),
	/** Shared with the credential "Voice Runtime API". Made anew at every start when not set. */
	VOICE_LOOP_KEY: z.string().min(32).optional(),
	/** `auto`: as many as the machine was measured to carry. */
	VOICE_LOOP_MAX_CALLS: z.literal('auto').or(whole.min(1)).default('auto'),
	/** How long a call waits for a caller who is away. 0: it ends with their connection. */
	VOICE_LOOP_RESUME_MINUTES: z.coerce.number().min(0).max(24 * 60).default(10),
	/** `off`: no word of a call is written to the disk, and a call ends with this process. */
	VOICE_LOOP_JOURNAL: z.enum(['on', 'off']).default('on'),
	VOICE_LOOP_MEDIA_PROCESSES: whole.min(1).max(64).optional(),
	/** Of one caller's address at the same time; of one address, and of all together, in a minute. */
	VOICE_LOOP_CALLS_PER_ADDRESS: whole.min(1).default(8),
	VOICE_LOOP_OFFERS_PER_ADDRESS: whole.min(1).default(60),
	VOICE_LOOP_OFFERS_PER_MINUTE: whole.min(1).default(600),
	/** Names by which browsers may reach the runtime, separated by commas. */
	VOICE_LOOP_ALLOWED_HOSTS: z.string().default(''),
	/** What outlives the runtime. */
	VOICE_LOOP_DATA: z.string().optional(),
	VOICE_LOOP_STATE: z.string().optional(),
	XDG_STATE_HOME: z.string().optional(),
	/** For inference, which reads it itself. */
	VOICE_LOOP_GPU: z.enum(gpuSettings).default('auto'),
	VOICE_LOOP_SNAC_GPU: z.enum(snacGpuSettings).default('auto'),
	/** For every process, which reads it itself. */
	VOICE_LOOP_LOG: z.enum(LOG_LEVELS).default('info'),
	/** PEM files: the certificate with its chain, and its key. */
	VOICE_LOOP_TLS_CERT: z.string().default(''),
	VOICE_LOOP_TLS_KEY: z.string().default(''),
	VOICE_LOOP_TRUSTED_PROXIES: commaSeparated(proxy),
	VOICE_LOOP_MEDIA_PORTS: z.literal('').transform(() => undefined).or(ports).optional(),
	VOICE_LOOP_PUBLIC_ADDRESS: commaSeparated(publicAddress),
	VOICE_LOOP_LOOPBACK_CANDIDATES: z.enum(['auto', 'always', 'never']).default('auto'),
	VOICE_LOOP_BEHIND_NAT: z.enum(['on', 'off']).default('off'),
	...turnEnvironment.shape,
});

export type MaxCalls = number | 'auto';

export interface GatewayOptions {
	readonly host: string;
	readonly port: number;
	/** '' where none is set. */
	readonly publicUrl: string;
	readonly key: string;
	readonly maxCalls: MaxCalls;
	readonly mediaProcesses: number;
	/** Of the runtime's own port; undefined where it speaks plain HTTP. */
	readonly tls: TlsFiles | undefined;
	readonly trustedProxies: readonly string[];
	/** How long an absent caller's call waits, ms. */
	readonly absentLimitMs: number;
	/** Where calls are kept for the next process; undefined: in memory only. */
	readonly journalFile?: string | undefined;
	/** Of a process before that did not end as it should; tried where `port` is 0. */
	readonly lastPort?: number | undefined;
	readonly network: MediaNetworkSettings;
	readonly turn: TurnSettings;
	readonly limits: LimitSettings;
	readonly allowedHosts: readonly string[];
	/** Folder of what outlives the runtime and the machine's next start. */
	readonly dataFolder: string;
	/** Folder of the compiled runtime: the children's entry files and the page are below it. */
	readonly runtimeDir: string;
}

/** "Invalid enum value. Expected 'auto' | 'off', received 'x'" without its end. */
function withoutValue(message: string): string {
	return message.replace(/, received .*$/s, '');
}

function tlsFiles(cert: string, key: string): TlsFiles | undefined {
	if (cert === '' && key === '') return undefined;
	if (cert !== '' && key !== '') return { cert, key };
	const [set, missing] = cert === '' ? ['VOICE_LOOP_TLS_KEY', 'VOICE_LOOP_TLS_CERT'] : ['VOICE_LOOP_TLS_CERT', 'VOICE_LOOP_TLS_KEY'];
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `${set} is set, but ${missing} is not.`, { remedy: 'TLS needs both. Set the other one too, or neither.' });
}

/** What a process before has left, which did not end as it should. */
export interface Left {
	readonly folder: string;
	readonly state: RuntimeState | undefined;
}

/** Throws VOICE_ERR_BAD_REQUEST, naming each variable that cannot be read; its value is left out, for one of them is a key. */
export function optionsFrom(env: NodeJS.ProcessEnv, left?: Left): GatewayOptions {
	const { data: read, error } = environment.safeParse(env);
	if (error) {
		const wrong = error.issues.map(({ path: [name], message }) => `${String(name)}: ${withoutValue(message)}`);
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `These settings are not valid. ${wrong.join('. ')}.`, {
			remedy: 'Correct them in the environment. docs/configuration.md describes every setting.',
		});
	}
	return {
		host: read.VOICE_LOOP_HOST,
		port: read.VOICE_LOOP_PORT,
		publicUrl: read.VOICE_LOOP_PUBLIC_URL,
		// Pages, nodes and callers' tickets go on working.
		key: read.VOICE_LOOP_KEY ?? left?.state?.key ?? randomBytes(32).toString('base64url'),
		lastPort: portOf(left?.state),
		journalFile: left && read.VOICE_LOOP_JOURNAL === 'on' ? path.join(left.folder, 'calls.sqlite') : undefined,
		maxCalls: read.VOICE_LOOP_MAX_CALLS,
		absentLimitMs: read.VOICE_LOOP_RESUME_MINUTES * 60_000,
		// Opus encoding has threads of its own, so one media process feeds some four cores.
		mediaProcesses: read.VOICE_LOOP_MEDIA_PROCESSES ?? Math.max(1, Math.floor(os.availableParallelism() / 4)),
		tls: tlsFiles(read.VOICE_LOOP_TLS_CERT, read.VOICE_LOOP_TLS_KEY),
		trustedProxies: read.VOICE_LOOP_TRUSTED_PROXIES,
		network: {
			ports: read.VOICE_LOOP_MEDIA_PORTS,
			publicAddresses: read.VOICE_LOOP_PUBLIC_ADDRESS,
			loopback: read.VOICE_LOOP_LOOPBACK_CANDIDATES,
			behindNat: read.VOICE_LOOP_BEHIND_NAT === 'on',
		},
		turn: turnSettings(read),
		limits: {
			callsPerAddress: read.VOICE_LOOP_CALLS_PER_ADDRESS,
			offersPerAddress: read.VOICE_LOOP_OFFERS_PER_ADDRESS,
			offers: read.VOICE_LOOP_OFFERS_PER_MINUTE,
		},
		allowedHosts: read.VOICE_LOOP_ALLOWED_HOSTS.toLowerCase().split(/[\s,]+/).filter((name) => name !== ''),
		dataFolder: path.resolve(read.VOICE_LOOP_DATA || read.VOICE_LOOP_STATE || path.join(read.XDG_STATE_HOME || path.join(os.homedir(), '.local', 'state'), 'voice-loop')),
		runtimeDir: path.resolve(__dirname, '..'),
	};
}

function portOf(state: RuntimeState | undefined): number | undefined {
	return state && (Number(new URL(state.url).port) || undefined);
}
