import type { FastifyReply, FastifyRequest } from 'fastify';
import { VoiceError } from '../../contract/errors';
import { cancelled } from '../../lib/async';

const MIB = 1024 * 1024;

export interface UploadLimits {
	/** The largest recording. */
	readonly recordingBytes: number;
	/** All large recordings together that are in memory at a time. */
	readonly atOnceBytes: number;
	/** Recordings up to this size are always taken. */
	readonly smallBytes: number;
	/** An upload that brings nothing for this long, and at most twice as long, is cut off. */
	readonly stallMs: number;
}

export const UPLOAD_LIMITS: UploadLimits = {
	// Ten minutes of 48 kHz stereo float.
	recordingBytes: 240 * MIB,
	// Two of the largest, or many of a few minutes.
	atOnceBytes: 480 * MIB,
	// Two minutes of 16 kHz mono: no more than the body of any other request.
	smallBytes: 4 * MIB,
	stallMs: 15_000,
};

/**
 * Keeps uploads from filling the memory. An upload counts with the size that it announces, before its first byte
 * is read, until its recording was decoded or its request has ended, in whatever way.
 */
export class Uploads {
	private held = 0;
	private readonly under = new WeakMap<FastifyRequest, () => void>();

	constructor(private readonly limits: UploadLimits) {}

	/** Of large uploads. */
	get heldBytes(): number {
		return this.held;
	}

	/** Call it before the body is read. Throws VOICE_ERR_BUSY or VOICE_ERR_TOO_LARGE. */
	admit(request: FastifyRequest, reply: FastifyReply): void {
		const { socket } = request.raw;
		if (socket.destroyed) throw cancelled();
		const bytes = this.size(request.headers['content-length']);
		this.held += bytes;
		const stalled = this.cutOffWhenStalled(request);
		const release = (): void => {
			if (!this.under.delete(request)) return;
			this.held -= bytes;
			clearInterval(stalled);
			socket.off('close', release);
			reply.raw.off('close', release);
		};
		this.under.set(request, release);
		// Answered, in whatever way; or the connection is gone, which an answer that waits behind another never hears.
		reply.raw.once('close', release);
		socket.once('close', release);
	}

	/** The recording is no longer in memory. */
	release(request: FastifyRequest): void {
		this.under.get(request)?.();
	}

	/** What counts of an upload. One that does not say its length may be of any. */
	private size(contentLength: string | undefined): number {
		const { recordingBytes, atOnceBytes, smallBytes } = this.limits;
		const bytes = contentLength === undefined ? recordingBytes : Number(contentLength);
		if (bytes > recordingBytes) {
			throw new VoiceError('VOICE_ERR_TOO_LARGE', `The recording is larger than ${recordingBytes / MIB} MiB, the limit for this path.`);
		}
		if (bytes <= smallBytes) return 0;
		if (this.held + bytes <= atOnceBytes) return bytes;
		throw new VoiceError('VOICE_ERR_BUSY', 'The runtime is receiving as many large recordings as fit in its memory.', {
			remedy: `Try again in a few seconds, or send recordings of at most ${smallBytes / MIB} MiB: those do not have to wait.`,
		});
	}

	private cutOffWhenStalled(request: FastifyRequest): NodeJS.Timeout {
		const { socket } = request.raw;
		let before = socket.bytesRead;
		const looking = setInterval(() => {
			if (request.raw.complete) clearInterval(looking);
			else if (socket.bytesRead === before) {
				request.log.warn('an upload stalled and was cut off');
				socket.destroy();
			}
			before = socket.bytesRead;
		}, this.limits.stallMs);
		return looking.unref();
	}
}
