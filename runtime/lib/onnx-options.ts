/**
 * How every ONNX graph of ours runs on the processor; takes no import, so that it can stand below all rooms. Without
 * the two `allow_spinning` an idle pool burns the core that it waits on: turning it off took a 50 ms run on two
 * threads down to 13 ms of processor time. Only the nested form of `extra` has an effect.
 */
export function cpuSession(threads: number) {
	return {
		executionProviders: ['cpu'],
		intraOpNumThreads: threads,
		interOpNumThreads: 1,
		executionMode: 'sequential',
		extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
	} as const;
}

/**
 * A graph on the card, by Vulkan, Metal or Direct3D: WebGPU is in onnxruntime's own binary and depends on no version of CUDA. A driver
 * may end the process with it, so it is tried in another one first.
 */
export function cardSession() {
	// What it says of operators that stay on the processor (shapes, noise) is no fault.
	return { ...cpuSession(1), executionProviders: ['webgpu'], logSeverityLevel: 3 } as const;
}
