import { z } from 'zod';

/**
 * Every failure a person can meet has a code, a sentence that says what happened and a remedy that says
 * what to do. `docs/errors.md` lists them; a test keeps the list whole.
 */
interface ErrorKind {
	/** HTTP status the gateway answers with. */
	readonly status: number;
	/** What the person who runs n8n can do about it. */
	readonly remedy: string;
}

export const ERROR_KINDS = {
	VOICE_ERR_BAD_REQUEST: { status: 400, remedy: 'Check the fields that the message names.' },
	VOICE_ERR_BAD_OFFER: { status: 400, remedy: 'Send an SDP offer with one Opus audio section, ICE credentials and a DTLS fingerprint, as every browser makes it.' },
	VOICE_ERR_UNAUTHORIZED: { status: 401, remedy: 'Set the key of the credential "Voice Runtime API" to the key the runtime was started with.' },
	VOICE_ERR_CALLER_REFUSED: { status: 403, remedy: 'Log in to n8n in this browser, or give the secret that the trigger node asks for.' },
	VOICE_ERR_ORIGIN_REFUSED: { status: 403, remedy: 'Add the page\'s origin to "Allowed Origins" of the Voice Session Trigger.' },
	VOICE_ERR_SESSION_UNKNOWN: { status: 404, remedy: 'The call has ended. Start a new one.' },
	VOICE_ERR_TURN_UNKNOWN: { status: 404, remedy: 'The turn has ended. Nodes can only work on the turn that started their execution.' },
	VOICE_ERR_TURN_CLAIMED: { status: 409, remedy: 'Another execution already answers this turn. Check that only one workflow listens to this trigger.' },
	VOICE_ERR_TURN_ENDED: { status: 409, remedy: 'The caller has gone on or hung up before this node ran. Nothing has to be done.' },
	VOICE_ERR_TURN_ABANDONED: { status: 504, remedy: 'The workflow ended or stopped without an Orpheus Speak node. Connect one, or look at the failed execution in n8n.' },
	VOICE_ERR_NOT_LISTENING: { status: 503, remedy: 'Publish the workflow, or press "Execute workflow" in the editor and speak again.' },
	VOICE_ERR_WORKFLOW_GONE: { status: 502, remedy: 'n8n stopped while it answered. Look at the execution in n8n and speak again.' },
	VOICE_ERR_WORKFLOW_FAILED: { status: 502, remedy: 'Open the failed execution in n8n: it shows the node that failed and why.' },
	VOICE_ERR_TOO_LARGE: { status: 413, remedy: 'Send less: the message names the limit.' },
	VOICE_ERR_BUSY: { status: 503, remedy: 'The machine carries as many calls as it can. Try again later or raise the limit with VOICE_LOOP_MAX_SESSIONS.' },
	VOICE_ERR_MEDIA_LOST: { status: 503, remedy: 'The audio process stopped and is being restarted. Call again.' },
	VOICE_ERR_INFERENCE_LOST: { status: 503, remedy: 'The model process stopped and is being restarted. Speak again.' },
	VOICE_ERR_MODEL_MISSING: { status: 400, remedy: 'Check the model\'s path, or choose one that `voice-loop models` lists.' },
	VOICE_ERR_MODEL_BROKEN: { status: 400, remedy: 'The file is damaged or of another kind. Fetch it again or choose another model.' },
	VOICE_ERR_MODEL_FAILED: { status: 500, remedy: 'Look at the runtime\'s log, then try another model.' },
	VOICE_ERR_ENGINE_UNREACHABLE: { status: 503, remedy: 'Check that the engine\'s server runs, and that its address is right and can be reached from the runtime\'s machine.' },
	VOICE_ERR_ENGINE_REFUSED: { status: 502, remedy: 'The message repeats what the engine\'s server said. Check the key, the model\'s name and the server\'s limits.' },
	VOICE_ERR_TOO_SLOW: { status: 503, remedy: 'This machine is too slow for that engine in real time. Choose a smaller model, or a voice that suits the machine: `voice-loop models` lists them.' },
	VOICE_ERR_DOWNLOAD_FAILED: { status: 502, remedy: 'Try again: what came so far is kept. Set HTTPS_PROXY if this machine needs a proxy, or VOICE_LOOP_MODEL_MIRRORS to use another server.' },
	VOICE_ERR_OFFLINE: { status: 503, remedy: 'Put the files where the message says, or unset VOICE_LOOP_OFFLINE.' },
	VOICE_ERR_DISK_FULL: { status: 507, remedy: 'Make room on that disk, or set VOICE_LOOP_MODELS to a folder on another one.' },
	VOICE_ERR_LICENCE: { status: 403, remedy: 'Read the licence, then fetch the model with `voice-loop models fetch`. If the hub asks who you are, accept the licence there and set HF_TOKEN.' },
	VOICE_ERR_VOICE_UNKNOWN: { status: 400, remedy: 'Choose one of the voices the message lists.' },
	VOICE_ERR_BAD_AUDIO: { status: 400, remedy: 'Give a WAV file (PCM 8 to 32 bit or float, any rate, at most 10 minutes).' },
	VOICE_ERR_TOOL_UNKNOWN: { status: 400, remedy: 'The model asked for a tool that the node does not have. Check the instructions.' },
	VOICE_ERR_TOOL_ARGUMENTS: { status: 400, remedy: 'The model filled in the tool\'s inputs wrongly. Describe the inputs more clearly.' },
	VOICE_ERR_TOOL_FAILED: { status: 502, remedy: 'Open the tool workflow\'s execution in n8n.' },
	VOICE_ERR_TOOL_TIMEOUT: { status: 504, remedy: 'Raise the tool\'s time limit in the Llama Chat node, or make the workflow faster.' },
	VOICE_ERR_TOOL_LIMIT: { status: 422, remedy: 'Raise "Max tool calls" in the Llama Chat node, or make the instructions clearer.' },
	VOICE_ERR_RUNTIME_UNREACHABLE: { status: 503, remedy: 'Start the runtime with `npx voice-loop start`, or set its URL in the credential "Voice Runtime API".' },
	VOICE_ERR_RUNTIME_START: { status: 503, remedy: 'The message shows why the runtime did not start. On Alpine run it in its own container.' },
	VOICE_ERR_STOPPING: { status: 503, remedy: 'The voice runtime is shutting down. Start it again with `npx voice-loop start`, or wait until it has restarted, and call again.' },
	VOICE_ERR_CANCELLED: { status: 499, remedy: 'Nothing has to be done: the caller went on.' },
	VOICE_ERR_INTERNAL: { status: 500, remedy: 'This is a fault of ours. Please report it with the runtime\'s log.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

export const errorCodes = Object.keys(ERROR_KINDS) as [ErrorCode, ...ErrorCode[]];

/** How an error crosses a process, the network or the data channel. */
export const errorShape = z.object({
	code: z.enum(errorCodes),
	message: z.string(),
	remedy: z.string(),
});
export type ErrorShape = z.infer<typeof errorShape>;

/** The only error that leaves a room of the runtime. */
export class VoiceError extends Error {
	readonly remedy: string;
	readonly status: number;

	constructor(
		readonly code: ErrorCode,
		message: string,
		options: { cause?: unknown; remedy?: string } = {},
	) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'VoiceError';
		this.remedy = options.remedy ?? ERROR_KINDS[code].remedy;
		this.status = ERROR_KINDS[code].status;
	}

	toShape(): ErrorShape {
		return { code: this.code, message: this.message, remedy: this.remedy };
	}

	static fromShape(shape: ErrorShape): VoiceError {
		return new VoiceError(shape.code, shape.message, { remedy: shape.remedy });
	}

	/** Anything thrown becomes a VoiceError, with `fallback` as its code if it is none yet. */
	static from(thrown: unknown, fallback: ErrorCode = 'VOICE_ERR_INTERNAL'): VoiceError {
		if (thrown instanceof VoiceError) return thrown;
		const message = thrown instanceof Error ? thrown.message : String(thrown);
		return new VoiceError(fallback, message, { cause: thrown });
	}
}
