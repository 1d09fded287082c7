/**
 * Every failure a person can meet has a code, a sentence that says what happened and a remedy that says
 * what to do. `docs/errors.md` is made from this list: run `npm run docs` after a change.
 */
interface ErrorKind {
	/** HTTP status the gateway answers with. */
	readonly status: number;
	/** What happened, in general; the error's own message has the particulars. A headline without a full stop. */
	readonly title: string;
	/** What the person who runs n8n can do about it. */
	readonly remedy: string;
}

export const ERROR_KINDS = {
	VOICE_ERR_BAD_REQUEST: {
		status: 400,
		title: 'The request is not valid',
		remedy: 'Correct the fields that the message names.',
	},
	VOICE_ERR_BAD_OFFER: {
		status: 400,
		title: 'The WebRTC offer cannot be used',
		remedy: 'Send an SDP offer with one Opus audio section, ICE credentials and a DTLS fingerprint, as every browser does.',
	},
	VOICE_ERR_UNAUTHORIZED: {
		status: 401,
		title: 'The key is missing or wrong',
		remedy: 'In the credential "Voice Runtime API", set the key to the VOICE_LOOP_KEY that the runtime was started with.',
	},
	VOICE_ERR_CALLER_REFUSED: {
		status: 403,
		title: 'This caller is not allowed',
		remedy: 'Log in to n8n in this browser, or enter the secret that is set in the Voice Session Trigger.',
	},
	VOICE_ERR_TOKEN_INVALID: {
		status: 403,
		title: 'This invitation is not valid',
		remedy: 'Ask whoever invited you for another link. Who runs the agent: docs/join-tokens.md lists what a token has to say, and how it is signed.',
	},
	VOICE_ERR_TOKEN_EXPIRED: {
		status: 403,
		title: 'This invitation has expired',
		remedy: 'Ask whoever invited you for another link.',
	},
	VOICE_ERR_TOKEN_USED: {
		status: 403,
		title: 'This invitation has already been used',
		remedy: 'Each link is good for one call. Ask whoever invited you for another one.',
	},
	VOICE_ERR_TOKEN_KEYS: {
		status: 503,
		title: 'Invitations cannot be checked at the moment',
		remedy: 'Try again in a minute. Who runs the agent: check the credential "Voice Join Tokens API", and that the runtime can reach its JWKS URL.',
	},
	VOICE_ERR_ORIGIN_REFUSED: {
		status: 403,
		title: 'Calls from this website are not allowed',
		remedy: 'Add the website\'s origin to "Allowed Origins" in the Voice Session Trigger.',
	},
	VOICE_ERR_HOST_REFUSED: {
		status: 421,
		title: 'The runtime does not answer by this name',
		remedy: 'Reach the runtime by its IP address, or add the name to VOICE_LOOP_ALLOWED_HOSTS.',
	},
	VOICE_ERR_CALL_UNKNOWN: {
		status: 404,
		title: 'The call no longer exists',
		remedy: 'Start a new call.',
	},
	VOICE_ERR_TURN_UNKNOWN: {
		status: 404,
		title: 'The turn does not exist or is over',
		remedy: 'A node can only work on the turn that started its execution. Speak again to start a new one.',
	},
	VOICE_ERR_TURN_CLAIMED: {
		status: 409,
		title: 'Another execution is already answering this turn',
		remedy: 'Put Transcribe, Llama Chat and Orpheus Speak into one workflow, all in the one with the Voice Session Trigger or all in one sub-workflow. Make sure that no second workflow, and no retry while the first still runs, answers the same turn.',
	},
	VOICE_ERR_TURN_ENDED: {
		status: 409,
		title: 'The turn ended before this node ran',
		remedy: 'Nothing to do: the caller spoke again or hung up.',
	},
	VOICE_ERR_TURN_SUPERSEDED: {
		status: 409,
		title: 'The turn was begun early, and the caller went on',
		remedy: 'Nothing to do: another execution answers all that the caller has said. The node gives out no item, and its execution has the custom data "voiceTurn: superseded". Turn off "Speculation" in the Voice Session Trigger to have no such executions.',
	},
	VOICE_ERR_TURN_ABANDONED: {
		status: 504,
		title: 'The workflow gave no answer',
		remedy: 'The workflow ended, or stopped, before an Orpheus Speak node. Connect one, or look at the failed execution in n8n.',
	},
	VOICE_ERR_NOT_LISTENING: {
		status: 503,
		title: 'The workflow is not listening',
		remedy: 'Publish the workflow, or press "Execute workflow" in the editor and speak again.',
	},
	VOICE_ERR_WORKFLOW_GONE: {
		status: 502,
		title: 'n8n stopped while it was answering',
		remedy: 'Look at the execution in n8n, then speak again.',
	},
	VOICE_ERR_WORKFLOW_FAILED: {
		status: 502,
		title: 'The workflow failed',
		remedy: 'Open the failed execution in n8n: it shows which node failed and why.',
	},
	VOICE_ERR_TOO_LARGE: {
		status: 413,
		title: 'The request is too large',
		remedy: 'Send less. The message names the limit.',
	},
	VOICE_ERR_NO_RELAY: {
		status: 503,
		title: 'Calls cannot be relayed',
		remedy: 'Set VOICE_LOOP_TURN_URLS and VOICE_LOOP_TURN_SECRET of the runtime (docs/network.md), or switch off "Relay Only" in the Voice Session Trigger.',
	},
	VOICE_ERR_TOO_MANY: {
		status: 429,
		title: 'Too many requests',
		remedy: 'Wait a moment, then try again more slowly.',
	},
	VOICE_ERR_ICE_SESSION: {
		status: 412,
		title: 'The candidates are for an earlier connection',
		remedy: 'Send the ETag of the last answer as If-Match, or make a new offer.',
	},
	VOICE_ERR_BUSY: {
		status: 503,
		title: 'All lines are busy',
		remedy: 'Try again when another call has ended, or raise the limit with VOICE_LOOP_MAX_CALLS.',
	},
	VOICE_ERR_STOPPING: {
		status: 503,
		title: 'The voice runtime is shutting down',
		remedy: 'Wait until it has restarted, or start it again with `npx voice-loop start`. Then call again.',
	},
	VOICE_ERR_MEDIA_LOST: {
		status: 503,
		title: 'The call was cut off',
		remedy: 'The audio process stopped and is being restarted. Call again.',
	},
	VOICE_ERR_INFERENCE_LOST: {
		status: 503,
		title: 'The model process stopped',
		remedy: 'It is being restarted. Speak again in a moment.',
	},
	VOICE_ERR_MODEL_MISSING: {
		status: 400,
		title: 'A model is missing',
		remedy: 'Check the model\'s path, or choose a model that `voice-loop models` lists.',
	},
	VOICE_ERR_MODEL_BROKEN: {
		status: 400,
		title: 'A model file cannot be loaded',
		remedy: 'The file is damaged or of the wrong kind. Fetch it again, or choose another model.',
	},
	VOICE_ERR_MODEL_FAILED: {
		status: 500,
		title: 'A model failed',
		remedy: 'Look at the runtime\'s log, then try another model.',
	},
	VOICE_ERR_ENGINE_UNREACHABLE: {
		status: 503,
		title: 'A model server cannot be reached',
		remedy: 'Check that the server is running, that its address is right, and that the runtime\'s machine can reach it.',
	},
	VOICE_ERR_ENGINE_REFUSED: {
		status: 502,
		title: 'A model server refused the request',
		remedy: 'The message repeats what the server said. Check the key, the model\'s name and the server\'s limits.',
	},
	VOICE_ERR_TOO_SLOW: {
		status: 503,
		title: 'The engine is too slow for a live call',
		remedy: 'Choose a smaller model or another voice: `voice-loop models` shows what suits this machine.',
	},
	VOICE_ERR_DOWNLOAD_FAILED: {
		status: 502,
		title: 'A download failed',
		remedy: 'Try again: the part that was downloaded is kept. Set HTTPS_PROXY if this machine needs a proxy, or VOICE_LOOP_MODEL_MIRRORS to use another server.',
	},
	VOICE_ERR_OFFLINE: {
		status: 503,
		title: 'Downloads are switched off',
		remedy: 'Put the files where the message says, or unset VOICE_LOOP_OFFLINE.',
	},
	VOICE_ERR_DISK_FULL: {
		status: 507,
		title: 'The disk is full',
		remedy: 'Free some space on that disk, or set VOICE_LOOP_MODELS to a folder on another one.',
	},
	VOICE_ERR_LICENCE: {
		status: 403,
		title: 'A licence has not been accepted',
		remedy: 'Read the licence, then download the model with `voice-loop models fetch`. If the model hub requires an account, accept the licence there and set HF_TOKEN.',
	},
	VOICE_ERR_VOICE_UNKNOWN: {
		status: 400,
		title: 'There is no such voice',
		remedy: 'Choose one of the voices that the message lists.',
	},
	VOICE_ERR_BAD_AUDIO: {
		status: 400,
		title: 'The audio cannot be read',
		remedy: 'Use a WAV file: PCM with 8 to 32 bits or float, any sample rate, at most 10 minutes.',
	},
	VOICE_ERR_NO_ANSWER: {
		status: 422,
		title: 'The model gave no answer',
		remedy: 'Tell the model in the instructions of Llama Chat to answer in spoken words, or choose another model. To say something else instead, set "On Error" of the node to continue.',
	},
	VOICE_ERR_NOTHING_TO_SAY: {
		status: 422,
		title: 'There is nothing to say',
		remedy: 'Give Orpheus Speak a text with words, in a language that its voice speaks. Emoji and marks are not spoken.',
	},
	VOICE_ERR_TOOL_UNKNOWN: {
		status: 400,
		title: 'The model called a tool that does not exist',
		remedy: 'Make sure that the instructions mention only tools that the Llama Chat node has.',
	},
	VOICE_ERR_TOOL_ARGUMENTS: {
		status: 400,
		title: 'The model gave a tool the wrong inputs',
		remedy: 'Describe the tool\'s inputs more clearly.',
	},
	VOICE_ERR_TOOL_NOT_SAID: {
		status: 400,
		title: 'The model only made tool calls with what the caller has not said',
		remedy: 'Tell the model in its instructions to ask for missing details, use a larger model, or switch "Check Tool Inputs" off in Llama Chat.',
	},
	VOICE_ERR_TOOL_FAILED: {
		status: 502,
		title: 'A tool failed',
		remedy: 'Open the tool workflow\'s execution in n8n.',
	},
	VOICE_ERR_TOOL_TIMEOUT: {
		status: 504,
		title: 'A tool took too long',
		remedy: 'Raise the tool\'s time limit in the Llama Chat node, or make the tool faster.',
	},
	VOICE_ERR_TOOL_UNSAVED: {
		status: 502,
		title: 'A tool\'s result was not kept',
		remedy: 'In the settings of the tool\'s workflow, set "Save successful production executions" and "Save failed production executions" to "Save". n8n keeps the result of a workflow that has waited only there.',
	},
	VOICE_ERR_TOOL_WAITS: {
		status: 422,
		title: 'A tool would make the call wait',
		remedy: 'Move the step that waits (an approval, "send and wait", a form, a Wait node) into a workflow of its own, and add that workflow under "Workflow Tools" in the Llama Chat node.',
	},
	VOICE_ERR_TOOL_LIMIT: {
		status: 422,
		title: 'The model made too many tool calls',
		remedy: 'Raise "Max Tool Calls" in the Llama Chat node, or make the instructions clearer.',
	},
	VOICE_ERR_RUNTIME_UNREACHABLE: {
		status: 503,
		title: 'The voice runtime cannot be reached',
		remedy: 'Start it with `npx voice-loop start`, or set its URL in the credential "Voice Runtime API".',
	},
	VOICE_ERR_RUNTIME_START: {
		status: 503,
		title: 'The voice runtime did not start',
		remedy: 'The message says why. On Alpine Linux, run the runtime in a container of its own.',
	},
	VOICE_ERR_CANCELLED: {
		status: 499,
		title: 'The request was cancelled',
		remedy: 'Nothing to do: the caller spoke again or hung up, or the execution was stopped.',
	},
	VOICE_ERR_INTERNAL: {
		status: 500,
		title: 'An unexpected error occurred',
		remedy: 'This is a bug. Please report it together with the runtime\'s log.',
	},
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

export const errorCodes = Object.keys(ERROR_KINDS) as [ErrorCode, ...ErrorCode[]];
