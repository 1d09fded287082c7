import { z } from 'zod';
import { ERROR_KINDS, type ErrorCode, errorCodes } from './error-kinds';

/** How an error crosses a process, the network or the data channel. */
export const errorShape = z.object({
	code: z.enum(errorCodes),
	message: z.string(),
	remedy: z.string(),
	/** Before that, asking again is of no use. HTTP has it as `Retry-After`. */
	retryAfterSeconds: z.number().int().positive().optional(),
});
export type ErrorShape = z.infer<typeof errorShape>;

/** The only error that crosses from one part of the runtime to another. */
export class VoiceError extends Error {
	readonly code: ErrorCode;
	readonly remedy: string;
	readonly status: number;
	readonly retryAfterSeconds: number | undefined;

	constructor(code: ErrorCode, message: string, options: { cause?: unknown; remedy?: string; retryAfterSeconds?: number | undefined } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'VoiceError';
		this.code = code;
		this.remedy = options.remedy ?? ERROR_KINDS[code].remedy;
		this.status = ERROR_KINDS[code].status;
		this.retryAfterSeconds = options.retryAfterSeconds;
	}

	toShape(): ErrorShape {
		const { code, message, remedy, retryAfterSeconds } = this;
		return { code, message, remedy, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
	}

	static fromShape(shape: ErrorShape): VoiceError {
		return new VoiceError(shape.code, shape.message, { remedy: shape.remedy, retryAfterSeconds: shape.retryAfterSeconds });
	}

	/** Anything thrown becomes a VoiceError, with `fallback` as its code if it is none yet. */
	static from(thrown: unknown, fallback: ErrorCode = 'VOICE_ERR_INTERNAL'): VoiceError {
		if (thrown instanceof VoiceError) return thrown;
		return new VoiceError(fallback, wordsOf(thrown).slice(0, MAX_FOREIGN_CHARACTERS), { cause: thrown });
	}
}

/** A library's message may repeat all that it was given. */
const MAX_FOREIGN_CHARACTERS = 2000;

function wordsOf(thrown: unknown): string {
	try {
		return thrown instanceof Error ? String(thrown.message) : String(thrown);
	} catch {
		// An object without a prototype, or whose message throws.
		return 'something was thrown that says nothing';
	}
}
