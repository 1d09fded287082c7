// Guards against: a transcript, sound or a secret in the log, by whatever way it gets into what is logged.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildSync } from 'esbuild';
import fastify from 'fastify';
import fc from 'fast-check';
import { z } from 'zod';
import { VoiceError } from '../contract/errors';
import { type LogFields, WITHHELD } from './log-fields';
import { LOG_LEVELS, type LogLevel, openLog } from './log';

const SAID = 'my card number is 4111';

function opened(level: LogLevel = 'debug') {
	const lines: string[] = [];
	const logger = openLog(level, { write: (line) => void lines.push(line) });
	return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

/** Sound as it may be: bytes and samples that would be recognised in a line. */
const sound = fc.constantFrom(
	Buffer.from(SAID),
	new Uint8Array(Buffer.from(SAID)),
	Int16Array.from({ length: 50 }, () => 12_321),
	Float32Array.from({ length: 50 }, () => 12_321),
	Array.from({ length: 50 }, () => 12_321),
);
const text = fc.constantFrom(SAID, `${SAID}\n    at home (a.ts:1:2)`, `"${SAID}"`);
const names = fc.oneof(
	fc.constantFrom('text', 'heard', 'prompt', 'content', 'messages', 'reply', 'instructions', 'pcm', 'audio', 'key', 'token', 'secret', 'apiKey', 'authorization', 'cookie', 'password', 'headers', 'toJSON', '__proto__', 'message', 'stack'),
	fc.string().filter((name) => !['err', 'reason', 'why'].includes(name)),
);

/** Errors with text in their message, in a field of theirs and in their causes. */
const errors = fc.letrec<{ error: Error }>((tie) => ({
	error: fc
		.record({ said: text, cause: fc.option(tie('error'), { depthSize: 'small' }), kind: fc.constantFrom('plain', 'type', 'voice', 'syntax', 'zod', 'several') })
		.map(({ said, cause, kind }) => {
			const made = errorOf(kind, said, cause ?? undefined);
			return Object.assign(made, { said, body: { text: said } });
		}),
})).error;

function errorOf(kind: string, said: string, cause: Error | undefined): Error {
	if (kind === 'type') return new TypeError(`Cannot use 'in' operator to search for 'x' in ${said}`, { cause });
	if (kind === 'voice') return new VoiceError('VOICE_ERR_MODEL_FAILED', said, { cause });
	if (kind === 'several') return new AggregateError([new Error(said)], said, { cause });
	try {
		if (kind === 'syntax') JSON.parse(said);
		if (kind === 'zod') z.enum(['one']).parse(said);
	} catch (error) {
		return error as Error;
	}
	return new Error(said, { cause });
}

const nested = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'medium' },
		text,
		sound,
		errors,
		fc.array(tie('value'), { maxLength: 3 }),
		fc.dictionary(names, tie('value'), { maxKeys: 3 }),
		fc.tuple(names, tie('value')).map(([name, value]) => new Map([[name, value]])),
	),
})).value;

function leaks(line: string): boolean {
	return line.includes('4111') || line.includes('12321') || line.includes('121,32,99') || line.includes('at home');
}

it('keeps back all that lies deeper than a line, and each field that it does not know', () => {
	const { logger, lines } = opened();
	fc.assert(
		fc.property(fc.dictionary(names, nested), fc.constantFrom('err', 'reason', 'model', 'code'), errors, nested, (fields, known, error, value) => {
			logger.info(fields, 'an event');
			logger.warn({ [known]: known === 'err' ? error : [value] }, 'an event');
			logger.error({ ...fields, err: error }, 'an event');
			logger.error({ ...fields, err: error });
			logger.error(error);
			logger.error({ err: error }, error.message);
			Reflect.apply(logger.info, logger, ['an event: %s %o', value, value]);
			logger.child({ text: value, fields, [known]: known === 'err' ? error : [value] }).info({}, 'an event');
			logger.child({ err: error }).info(fields, 'an event');
			expect(lines.splice(0).filter(leaks)).toEqual([]);
		}),
		{ numRuns: 300 },
	);
});

it('says of an error what it is and where it was thrown, and of its causes too', () => {
	const { logger, last } = opened();
	const cause = new SyntaxError(`Unexpected token in "${SAID}"`);
	logger.error({ err: new VoiceError('VOICE_ERR_MODEL_FAILED', SAID, { cause }), code: 'VOICE_ERR_MODEL_FAILED' }, 'a reply failed');
	expect(last()).toMatchObject({
		level: 'error',
		msg: 'a reply failed',
		code: 'VOICE_ERR_MODEL_FAILED',
		err: { type: 'VoiceError', code: 'VOICE_ERR_MODEL_FAILED', stack: expect.stringMatching(/^ {4}at .*log\.test/), cause: { type: 'SyntaxError' } },
	});
});

it('keeps the operating system\'s own words, which name files and addresses', () => {
	const { logger, last } = opened();
	logger.error({ err: Object.assign(new Error('ENOENT: no such file or directory, open \'/models/a\''), { code: 'ENOENT', errno: -2, syscall: 'open' }) }, 'not read');
	expect(last().err).toMatchObject({ code: 'ENOENT', message: expect.stringContaining('/models/a') });
});

it('survives causes in a circle, and what is no error', () => {
	const { logger, last } = opened();
	const error = new Error(SAID);
	error.cause = error;
	logger.error({ err: error }, 'an event');
	expect(last().err).toMatchObject({ type: 'Error', cause: { cause: { type: 'Error' } } });
	logger.error({ err: SAID }, 'an event');
	expect(last().err).toEqual({ type: 'string' });
});

it('writes known fields as they are, long ones cut, and names what it kept back', () => {
	const { logger, last } = opened();
	const fields: LogFields = { sessionId: 's', frames: 12, looped: true, gpu: null, why: 'x'.repeat(1000) };
	logger.info({ ...fields, text: 'hello' }, 'an event');
	expect(last()).toMatchObject({ sessionId: 's', frames: 12, looped: true, gpu: null, text: WITHHELD, pid: process.pid, msg: 'an event' });
	expect(String(last().why)).toHaveLength(301);
});

it('holds for what fastify logs of a request', async () => {
	const { logger, lines } = opened();
	const app = fastify({ loggerInstance: logger });
	app.post('/', (request) => {
		request.log.warn({ err: new Error(SAID), body: request.body, req: request }, 'an event');
		throw new Error(SAID);
	});
	const url = await app.listen({ host: '127.0.0.1', port: 0 });
	await fetch(`${url}/?text=${encodeURIComponent(SAID)}`, {
		method: 'POST',
		headers: { authorization: SAID, 'content-type': 'application/json' },
		body: JSON.stringify({ text: SAID }),
	});
	await app.close();
	const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
	expect(events).toContainEqual(expect.objectContaining({ msg: 'an event', reqId: 'req-1', req: WITHHELD, body: WITHHELD, err: expect.objectContaining({ type: 'Error' }) }));
	// Its own line for a request that failed has the error's message as its message.
	expect(events).toContainEqual(expect.objectContaining({ level: 'error', res: WITHHELD, msg: 'Error' }));
	expect(lines.filter(leaks)).toEqual([]);
});

it.each(LOG_LEVELS)('at %s says only what is as grave', (level) => {
	const { logger, lines } = opened(level);
	for (const one of ['debug', 'info', 'warn', 'error'] as const) logger[one]({}, 'an event');
	expect(lines).toHaveLength(4 - LOG_LEVELS.indexOf(level));
});

describe('a process', () => {
	const program = (code: string, env: NodeJS.ProcessEnv = {}) => {
		const { outputFiles } = buildSync({
			stdin: { contents: `import { log, startLog } from './log'; startLog('media'); ${code}`, resolveDir: __dirname, loader: 'ts' },
			bundle: true,
			platform: 'node',
			format: 'cjs',
			write: false,
		});
		return spawnSync(process.execPath, ['-'], { input: outputFiles[0]?.text, encoding: 'utf8', env: { ...process.env, ...env }, cwd: path.resolve(__dirname, '../..') });
	};

	it('writes JSON lines with its name to stderr, at the level of its environment', () => {
		const { stderr, stdout } = program('log.info({}, "one"); log.warn({ frames: 2 }, "two")', { VOICE_LOOP_LOG: 'warn' });
		expect(stdout).toBe('');
		expect(stderr.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
			expect.objectContaining({ process: 'media', level: 'warn', frames: 2, msg: 'two', time: expect.stringContaining('T') }),
		]);
	});

	it.each(['throw new Error(SAID)', 'void Promise.reject(new Error(SAID))'])('ends on %s, and its last line says where', (code) => {
		const { stderr, status } = program(`const SAID = ${JSON.stringify(SAID)}; setTimeout(() => { ${code} }, 1)`);
		expect(status).toBe(1);
		expect(JSON.parse(stderr)).toMatchObject({ process: 'media', level: 'error', err: { type: 'Error', stack: expect.stringContaining('at ') } });
		expect(stderr).not.toContain('4111');
	});
});
