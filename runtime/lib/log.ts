import pino, { type DestinationStream, type Logger } from 'pino';
import { type LogFields, loggedError, loggedLine } from './log-fields';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Write = (fields: LogFields, message: string) => void;

/** What all rooms write to. The message is a constant: what differs from line to line stands in the fields. */
export interface Log {
	readonly debug: Write;
	readonly info: Write;
	readonly warn: Write;
	readonly error: Write;
}

const STDERR = 2;

/** Written at once, so that the last lines of a process that ends are not lost. */
export function openLog(level: LogLevel, destination: DestinationStream = pino.destination({ dest: STDERR, sync: true })): Logger {
	return pino(
		{
			level,
			base: { pid: process.pid },
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
			serializers: { err: (error: unknown) => loggedError(error) },
			hooks: {
				// pino takes a message from `%s` and from an error, as fastify does: none of them is a constant.
				logMethod([first, second]: unknown[], method) {
					const fields: { err?: unknown } = first instanceof Error ? { err: first } : typeof first === 'object' && first !== null ? first : {};
					const message = [first, second].find((text) => typeof text === 'string') ?? '';
					method.call(this, fields, fields.err instanceof Error && fields.err.message === message ? fields.err.name : message);
				},
				streamWrite: loggedLine,
			},
		},
		destination,
	);
}

function levelIn({ VOICE_LOOP_LOG: wanted }: NodeJS.ProcessEnv): LogLevel {
	// The gateway refuses another one before anything else is done.
	return LOG_LEVELS.find((level) => level === wanted) ?? 'info';
}

/** For fastify, which makes a logger for each request of it. */
export const logger = openLog(levelIn(process.env));

/** This process's log: one JSON line on stderr for each event, which a child shares with the gateway. */
export const log: Log = logger;

/**
 * Names this process in its lines, and ends it after an error that nobody caught: its state is unknown then, and its
 * parent or the service manager starts it again.
 */
export function startLog(name: 'gateway' | 'media' | 'inference'): void {
	logger.setBindings({ process: name });
	for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
		process.on(event, (err: unknown) => {
			log.error({ err, reason: event }, 'the process ends: nobody caught an error');
			process.exit(1);
		});
	}
}
