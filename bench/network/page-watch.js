// Runs in the page before anything of ours: sees when connections are made, when sound comes over them and what the page is told.
{
	const connections = [];
	const connects = [];
	const sound = [];
	const told = [];
	let known = [];
	let barred = sessionStorage.getItem('bench-barred') !== null;

	const Connection = window.RTCPeerConnection;
	window.RTCPeerConnection = class extends Connection {
		constructor(...given) {
			super(...given);
			const entry = { pc: this, packets: 0, since: performance.now(), number: Date.now() };
			connections.push(entry);
			this.addEventListener('track', ({ track }) => track.addEventListener('unmute', () => connects.push({ ms: performance.now() - entry.since }), { once: true }));
		}

		async createOffer(...given) {
			const entry = connections.find(({ pc }) => pc === this);
			if (entry && this.localDescription === null) entry.since = performance.now();
			return await super.createOffer(...given);
		}
	};

	const Socket = window.WebSocket;
	window.WebSocket = class extends Socket {
		constructor(url) {
			super(barred ? 'ws://127.0.0.1:9/barred' : url);
		}
	};

	const look = async () => {
		const pc = window.voiceLoop?.pc;
		let entry = connections.find((each) => each.pc === pc);
		// Made in a frame.
		if (pc && !entry) connections.push((entry = { pc, packets: 0, since: performance.now(), number: Date.now() }));
		const events = window.voiceLoop?.events ?? [];
		// A page that is told all anew has another list.
		if (events !== known.list) known = { list: events, length: 0 };
		for (const event of events.slice(known.length)) if (event.type === 'caption.partial' || event.type === 'session.started') told.push({ at: Date.now(), type: event.type });
		known.length = events.length;
		if (entry && entry.pc.connectionState !== 'closed') {
			const stats = await entry.pc.getStats();
			const all = [...stats.values()];
			const packets = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')?.packetsReceived ?? 0;
			const pair = stats.get(all.find(({ type }) => type === 'transport')?.selectedCandidatePairId);
			const { address = '' } = stats.get(pair?.localCandidateId) ?? {};
			if (packets > entry.packets) sound.push({ at: Date.now(), connection: entry.number, address });
			entry.packets = packets;
		}
		setTimeout(look, 20);
	};
	void look();

	window.watch = {
		read: () => ({ sound: sound.slice(-5000), told, connects, state: document.querySelector('[data-testid="state"]')?.dataset.state ?? '' }),
		way: () => window.voiceLoop?.way ?? '',
		bar: (bar) => {
			barred = bar;
			if (bar) sessionStorage.setItem('bench-barred', 'yes');
			else sessionStorage.removeItem('bench-barred');
		},
		/** The same connection with nothing of ours: two ends in this page, over the same servers. */
		bare: async (configuration) => {
			const [a, b] = [new Connection(configuration), new Connection(configuration)];
			const context = new AudioContext();
			const destination = context.createMediaStreamDestination();
			const tone = context.createOscillator();
			tone.connect(destination);
			tone.start();
			a.addTrack(destination.stream.getAudioTracks()[0]);
			a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate);
			b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate);
			const heard = new Promise((resolve) => (b.ontrack = ({ track }) => (track.onunmute = resolve)));
			const since = performance.now();
			const offer = await a.createOffer();
			await a.setLocalDescription(offer);
			await b.setRemoteDescription(offer);
			const answer = await b.createAnswer();
			await b.setLocalDescription(answer);
			await a.setRemoteDescription(answer);
			await heard;
			const ms = performance.now() - since;
			a.close();
			b.close();
			await context.close();
			return ms;
		},
	};
}
