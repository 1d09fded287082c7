// Runs in the page before anything of ours: the test speaks into its microphone, bars its WebSockets, and is told look by look which of its
// tones is heard and what the page shows at that moment.
{
	const LOWEST_HZ = 500;
	const STEP_HZ = 200;
	const LOOK_MS = 40;
	/** Of the strongest sound of a look, dB: less is no tone. */
	const HEARD_DB = -55;

	let barred = false;
	const sockets = [];
	const Native = window.WebSocket;
	window.WebSocket = class extends Native {
		constructor(url) {
			super(barred ? 'wss://127.0.0.1:9/barred' : url);
			sockets.push(this);
		}
	};

	let context;
	let microphone;
	const start = () => {
		if (context) return;
		context = new AudioContext({ sampleRate: 48_000 });
		microphone = context.createMediaStreamDestination();
	};
	navigator.mediaDevices.getUserMedia = async () => {
		start();
		return microphone.stream.clone();
	};

	const looks = [];
	let stream;
	let analyser;
	/** The number of the tone that is heard; -1 for none. */
	const tone = () => {
		const now = document.querySelector('audio')?.srcObject;
		if (!now || !context) return -1;
		if (now !== stream) {
			stream = now;
			analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
			context.createMediaStreamSource(now).connect(analyser);
		}
		const strengths = new Float32Array(analyser.frequencyBinCount);
		analyser.getFloatFrequencyData(strengths);
		const strongest = Math.max(...strengths);
		if (strongest < HEARD_DB) return -1;
		return Math.round(((strengths.indexOf(strongest) * 48_000) / 4096 - LOWEST_HZ) / STEP_HZ);
	};
	setInterval(() => {
		const caption = [...document.querySelectorAll('[data-testid="agent-caption"]')].at(-1)?.innerText ?? '';
		// An answer that was begun too early was heard of nobody.
		const heard = (window.voiceLoop?.events ?? []).filter(({ type, turnId, interrupted }) => type === 'reply.heard' && turnId && !interrupted).length;
		looks.push({ tone: tone(), caption, heard });
	}, LOOK_MS);

	window.listening = {
		looks,
		bar() {
			barred = true;
			for (const socket of sockets) socket.close();
		},
		/** 16 kHz; resolves when it is said. */
		async speak(samples) {
			const buffer = context.createBuffer(1, samples.length, 16_000);
			buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32_768), 0);
			const source = new AudioBufferSourceNode(context, { buffer });
			source.connect(microphone);
			source.start();
			await new Promise((said) => (source.onended = said));
		},
	};
}
