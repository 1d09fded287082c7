// Runs in the page before anything of ours. The data channel is heard by nobody, so all comes by the other way; sockets can be cut and barred.
window.cut = { barred: false, sockets: [] };
const Native = window.WebSocket;
window.WebSocket = class extends Native {
	constructor(url) {
		super(window.cut.barred ? 'ws://127.0.0.1:9/barred' : url);
		window.cut.sockets.push(this);
	}
};
const create = RTCPeerConnection.prototype.createDataChannel;
RTCPeerConnection.prototype.createDataChannel = function (...given) {
	const channel = create.apply(this, given);
	channel.addEventListener('message', (event) => event.stopImmediatePropagation());
	return channel;
};
