import { types } from 'node:util';
import { cutAddress } from './addresses';

/**
 * All that a log line may say besides its message. A line is flat: a field that is not here, and one whose value is an
 * object or a list, is withheld. So a transcript, sound or a secret cannot get into the log by being part of something
 * that is logged, however deep it lies. A name that may hold any of the three does not belong here.
 */
const LOG_FIELDS = [
	'sessionId',
	'turnId',
	'workflowId',
	'node',
	'reqId',
	/** Of a caller. It is cut to its network, whoever logs it. */
	'address',
	'child',
	'code',
	'signal',
	'restartInMs',
	'reason',
	'why',
	'task',
	'model',
	'gpu',
	'instead',
	'library',
	'tokens',
	'frames',
	'droppedTokens',
	'looped',
	'silent',
] as const;

/** `err`: anything that was thrown. */
export type LogFields = { readonly [Name in (typeof LOG_FIELDS)[number]]?: string | number | boolean | null | undefined } & { readonly err?: unknown };

/** What pino and lib/log put into each line. */
const OWN_FIELDS = ['level', 'time', 'pid', 'process', 'msg'];
const KNOWN = new Set<string>([...LOG_FIELDS, ...OWN_FIELDS]);
export const WITHHELD = '[withheld]';
/** An id, a path or a sentence; nothing is known by name that is longer. */
const MAX_LENGTH = 300;

const MAX_CAUSES = 5;
const MAX_FRAMES = 20;
const IDENTIFIER = /^[\w$]{1,60}$/;
/** The loader's errors name files only, as those of the operating system. */
const LOADER_CODES = ['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'];

/** How an error is logged. */
interface LoggedError {
	readonly type: string;
	readonly code?: string | number;
	readonly message?: string;
	readonly stack?: string;
	readonly cause?: LoggedError;
}

/**
 * An error as it may be logged: its type, its code, where it was thrown, and the same of its causes. Not its message:
 * those of JSON.parse, zod, a model or a server quote what was said, and ours repeat theirs. Only what the operating
 * system and the loader say is kept, as their messages name files and addresses.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
	if (!isError(error)) return { type: typeof error };
	const { code, syscall, cause } = error as { code?: unknown; syscall?: unknown; cause?: unknown };
	const kept = typeof code === 'string' && (typeof syscall === 'string' || LOADER_CODES.includes(code));
	const stack = framesOf(error);
	return {
		type: IDENTIFIER.test(error.name) ? error.name : 'Error',
		...(typeof code === 'number' || (typeof code === 'string' && IDENTIFIER.test(code)) ? { code } : {}),
		...(kept ? { message: short(error.message) } : {}),
		...(stack === '' ? {} : { stack }),
		...(isError(cause) && depth < MAX_CAUSES ? { cause: loggedError(cause, depth + 1) } : {}),
	};
}

/** One written line as it may leave the process: whatever made it, only known fields are in it. */
export function loggedLine(line: string): string {
	const fields = JSON.parse(line) as Record<string, unknown>;
	const shown = Object.entries(fields).map(([name, value]): [string, unknown] => [name, name === 'err' ? value : shownValue(name, value)]);
	return `${JSON.stringify(Object.fromEntries(shown))}\n`;
}

function shownValue(name: string, value: unknown): unknown {
	if (!KNOWN.has(name) || (typeof value === 'object' && value !== null)) return WITHHELD;
	if (typeof value !== 'string') return value;
	return name === 'address' ? cutAddress(value) : short(value);
}

function short(text: string): string {
	return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** The stack's lines after the message. */
function framesOf({ stack, message }: Error): string {
	const at = stack?.indexOf(message) ?? -1;
	if (stack === undefined || at < 0) return '';
	const lines = stack.slice(at + message.length).split('\n');
	return lines
		.filter((line) => /^ {4}at /.test(line))
		.slice(0, MAX_FRAMES)
		.join('\n');
}

/** Errors of another realm too, as those of Node are under jest. */
function isError(thrown: unknown): thrown is Error {
	return types.isNativeError(thrown) || thrown instanceof Error;
}
