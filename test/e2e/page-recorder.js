/* Runs in the page under test: keeps the sound that comes in over the call, 16 kHz. */
window.pageRecorder = {
	blocks: [],

	receiver() {
		return window.voiceLoop?.pc?.getReceivers().find(({ track }) => track.kind === 'audio');
	},

	start() {
		const context = new AudioContext({ sampleRate: 16_000 });
		const source = context.createMediaStreamSource(new MediaStream([this.receiver().track]));
		const tap = context.createScriptProcessor(4096, 1, 1);
		tap.onaudioprocess = ({ inputBuffer }) =>
			this.blocks.push(Int16Array.from(inputBuffer.getChannelData(0), (sample) => sample * 32_767));
		source.connect(tap);
		tap.connect(context.destination);
	},

	/** Base64 of the samples, a block an entry. */
	read() {
		return this.blocks.map((block) => {
			let text = '';
			for (const byte of new Uint8Array(block.buffer)) text += String.fromCharCode(byte);
			return btoa(text);
		});
	},
};
