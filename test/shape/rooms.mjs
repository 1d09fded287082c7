/**
 * Who may import whom (docs/architecture.md), downwards only: a room may use itself and what is listed for it.
 * eslint.config.mjs and `npm run shape` both keep to this.
 */
const core = ['runtime/contract', 'runtime/lib'];
export const rooms = {
	'runtime/contract': [],
	'runtime/lib': ['runtime/contract'],
	'runtime/audio': core,
	'runtime/rpc': [...core, 'runtime/audio'],
	'runtime/speech-text': core,
	'runtime/dialogue': [...core, 'runtime/audio', 'runtime/speech-text'],
	'runtime/media': [...core, 'runtime/audio', 'runtime/rpc'],
	'runtime/inference': [...core, 'runtime/audio', 'runtime/rpc', 'runtime/speech-text', 'runtime/dialogue'],
	'runtime/gateway': [...core, 'runtime/audio', 'runtime/rpc', 'runtime/speech-text', 'runtime/dialogue'],
	// Loads in n8n, like the nodes: not lib's log, which is pino.
	'runtime/client': ['runtime/contract', 'runtime/lib/async.ts', 'runtime/lib/clock.ts', 'runtime/lib/json.ts', 'runtime/lib/lock-file.ts'],
	'runtime/page': ['runtime/contract', 'runtime/lib/json.ts', 'runtime/lib/retry-after.ts', 'runtime/lib/send-encoding.ts', 'runtime/lib/send-quality.ts'],
	'runtime/cli': [...core, 'runtime/audio', 'runtime/rpc', 'runtime/speech-text', 'runtime/dialogue', 'runtime/media', 'runtime/inference', 'runtime/gateway', 'runtime/client'],
	// Of lib only what imports nothing but the contract: its log is pino, which must not load in n8n.
	nodes: ['runtime/contract', 'runtime/client', 'runtime/lib/clock.ts', 'runtime/lib/json.ts', 'runtime/lib/escape-html.ts', 'runtime/lib/shorten.ts', 'runtime/lib/same-secret.ts', 'runtime/lib/call-token.ts'],
	credentials: ['runtime/contract'],
};

/** Packages with native code. A crash in one ends its process, so they load in processes that may end: media and inference. */
export const nativePackages = ['wrtc', '@roamhq/wrtc', 'node-llama-cpp', 'onnxruntime-node', 'sherpa-onnx-node'];

/** Where they may be imported. The caller of `voice-loop call` is a peer itself. */
export const nativeAllowed = {
	'runtime/media': nativePackages,
	'runtime/inference': nativePackages,
	'runtime/cli/call': ['wrtc'],
};
