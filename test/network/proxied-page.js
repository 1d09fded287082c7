// Runs in the page before anything of ours: its connection goes through the test's UDP proxy, and the test speaks into its microphone.
(() => {
	const { prototype } = RTCPeerConnection;
	const { setRemoteDescription } = prototype;
	const local = Object.getOwnPropertyDescriptor(prototype, 'localDescription');
	const withoutCandidates = (sdp) => sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate:')).join('\r\n');

	prototype.setRemoteDescription = async function ({ type, sdp }) {
		return await setRemoteDescription.call(this, { type, sdp: type === 'answer' ? await window.answerOf(sdp) : sdp });
	};
	// The runtime learns where the page is from what the proxy sends, and the page knows the proxy only.
	prototype.addIceCandidate = async () => undefined;
	Object.defineProperty(prototype, 'onicecandidate', { get: () => null, set: () => undefined });
	Object.defineProperty(prototype, 'localDescription', {
		get() {
			const description = local.get.call(this);
			return description && { type: description.type, sdp: withoutCandidates(description.sdp) };
		},
	});

	let context;
	let microphone;
	navigator.mediaDevices.getUserMedia = async () => {
		context = new AudioContext();
		microphone = context.createMediaStreamDestination();
		return microphone.stream;
	};
	/** 16 kHz; resolves when it is said. */
	window.speak = async (samples) => {
		const buffer = context.createBuffer(1, samples.length, 16_000);
		buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32_768), 0);
		const source = new AudioBufferSourceNode(context, { buffer });
		source.connect(microphone);
		source.start();
		await new Promise((said) => (source.onended = said));
	};
})();
