/**
 * The other end's description as if it had asked for sound packed like this: an encoder keeps to what the remote description
 * says, in the middle of a call as well. wrtc has no other way to be told (`setParameters` is refused), and browsers have none
 * for the packet time. Where the other end asks for less, it gets less.
 */
export function withSendEncoding(description: string, { bitrate, packetMs }: { readonly bitrate: number; readonly packetMs: number }): string {
	const [, opus] = /^a=rtpmap:(\d+) opus\//im.exec(description) ?? [];
	return description
		.split('\r\n')
		.flatMap((line) => {
			if (line.startsWith('a=ptime:')) return [];
			if (opus === undefined || !line.startsWith(`a=fmtp:${opus} `)) return [line];
			const [, asked] = /[ ;]maxaveragebitrate=(\d+)/.exec(line) ?? [];
			const most = Math.min(bitrate, asked === undefined ? bitrate : Number(asked));
			return [`${line.replace(/;maxaveragebitrate=\d+/, '')};maxaveragebitrate=${most}`, `a=ptime:${packetMs}`];
		})
		.join('\r\n');
}
