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
