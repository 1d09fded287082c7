import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { isOpenToAll, readSettingsFile } from '../../lib/settings-file';
import { VOICE_NAME } from '../speech/orpheus/voices';
import { apiUrl, remoteAddress } from '../openai-client/address';
import { remoteSpeechSettings } from '../speech/openai/remote-speech';

const { baseUrl, apiKey, model, limits, warmUp } = remoteAddress.shape;

const orpheusTokens = z
	.object({
		kind: z.literal('orpheus-tokens'),
		model,
		/** Those that the server's model knows; the first is its default. None: all of Orpheus's. */
		voices: z.array(z.string().regex(VOICE_NAME, 'is not a valid voice name')).default([]),
	})
	.strict();
const speech = remoteSpeechSettings.extend({ kind: z.literal('speech'), model }).strict();

const STAGES = ['chat', 'speak', 'transcribe'] as const;
export type Stage = (typeof STAGES)[number];

/** One server with OpenAI's API, and what it is used for. Its key never leaves the runtime. */
export const serverEntry = z
	.object({
		baseUrl: baseUrl.superRefine((url, context) => {
			try {
				apiUrl(url);
			} catch (error) {
				context.addIssue({ code: 'custom', message: VoiceError.from(error).message });
			}
		}),
		apiKey: apiKey.removeDefault().min(1).optional(),
		/** The environment variable of the runtime that holds the key. */
		apiKeyEnv: z.string().regex(/^[A-Za-z_]\w*$/, 'is not a valid name for an environment variable').optional(),
		/** Of servers that share their work: it is asked only where the others cannot. */
		standby: z.boolean().optional(),
		warmUp,
		limits,
		chat: z.object({ model }).strict().optional(),
		speak: z.discriminatedUnion('kind', [orpheusTokens, speech]).optional(),
		transcribe: z.object({ model }).strict().optional(),
	})
	.strict()
	.refine((entry) => entry.apiKey === undefined || entry.apiKeyEnv === undefined, 'has both apiKey and apiKeyEnv: use only one')
	.refine((entry) => STAGES.some((stage) => entry[stage]), `needs at least one of ${STAGES.join(', ')}`);
export type ServerEntry = z.infer<typeof serverEntry>;

/** What a server does, as its entry says. */
export function stagesOf(entry: ServerEntry): Stage[] {
	return STAGES.filter((stage) => entry[stage]);
}

/** Several servers under one name, which share the work. */
export const serverGroup = z.object({ servers: z.array(z.string()).min(1) }).strict();
export type ServerGroup = z.infer<typeof serverGroup>;

export function isGroup(entry: ServerEntry | ServerGroup): entry is ServerGroup {
	return 'servers' in entry;
}

const named = z.record(z.string().regex(/^[\w.-]{1,64}$/, 'is not a valid name: use letters, digits, "-", "_" and "."'), z.unknown());

/** The file that VOICE_LOOP_SERVERS names: entries by the name that `server:NAME` gives. */
export const serversFile = named.transform((file, context): Record<string, ServerEntry | ServerGroup> => {
	const entries = Object.entries(file).map(([name, written]): [string, ServerEntry | ServerGroup | undefined] => {
		const shape = typeof written === 'object' && written !== null && 'servers' in written ? serverGroup : serverEntry;
		const parsed = shape.safeParse(written);
		if (parsed.success) return [name, parsed.data];
		for (const issue of parsed.error.issues) context.addIssue({ ...issue, path: [name, ...issue.path] });
		return [name, undefined];
	});
	const good = Object.fromEntries(entries.filter((entry): entry is [string, ServerEntry | ServerGroup] => entry[1] !== undefined));
	if (Object.keys(good).length < entries.length) return z.NEVER;
	for (const [name, group] of Object.entries(good)) {
		if (!isGroup(group)) continue;
		const wrong = wrongWith(group, good);
		if (wrong !== undefined) context.addIssue({ code: 'custom', path: [name, 'servers'], message: wrong });
	}
	return good;
});
export type ServersFile = z.infer<typeof serversFile>;

function wrongWith({ servers }: ServerGroup, file: Readonly<Record<string, ServerEntry | ServerGroup>>): string | undefined {
	const kinds = new Set<string>();
	for (const [at, name] of servers.entries()) {
		const entry = Object.hasOwn(file, name) ? file[name] : undefined;
		if (!entry) return 'names a server that is not in this file';
		if (isGroup(entry)) return 'names another group: a group consists of servers';
		if (servers.indexOf(name) !== at) return 'names a server twice';
		if (entry.speak) kinds.add(entry.speak.kind);
	}
	return kinds.size > 1 ? 'names servers of different speak.kind, which have different voices' : undefined;
}

/** Throws VOICE_ERR_BAD_REQUEST, which says what to correct and repeats nothing of what may be a key. */
export function readServersFile(path: string): ServersFile {
	const parsed = serversFile.safeParse(readSettingsFile(path, (why) => bad(path, why)));
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw bad(path, `${issue?.path.join('.')}: ${issue?.message}`);
	}
	const keeper = Object.values(parsed.data).find((entry) => !isGroup(entry) && entry.apiKey !== undefined);
	if (keeper && isOpenToAll(path)) {
		throw bad(path, 'it contains a key and everybody on this machine can read it', `Run chmod 600 ${path}, or use apiKeyEnv instead of apiKey.`);
	}
	return parsed.data;
}

function bad(path: string, why: string, remedy = 'Correct the file, then restart the runtime. docs/configuration.md shows its format.'): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `The servers file ${path} (VOICE_LOOP_SERVERS) cannot be used: ${why}.`, { remedy });
}
