import type { FastifyBaseLogger } from 'fastify';

/** What rooms of the gateway write to. Never a transcript, a secret or sound: ids, codes and numbers only. */
export type Log = Pick<FastifyBaseLogger, 'error' | 'warn' | 'info' | 'debug'>;
