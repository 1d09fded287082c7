/**
 * An offer as if the caller had asked for sound packed like this: wrtc's encoder keeps to what the remote description
 * says, in the middle of a call as well, and has no other way to be told (`setParameters` is refused).
 * `rebuilt`: as rebuildOffer gives it.
 */
export function withSendEncoding(rebuilt: string, { bitrate, packetMs }: { readonly bitrate: number; readonly packetMs: number }): string {
	return rebuilt
		.split('\r\n')
		.flatMap((line) => {
			if (!line.startsWith('a=fmtp:')) return [line];
			const [, asked] = /;maxaveragebitrate=(\d+)/.exec(line) ?? [];
			const most = Math.min(bitrate, asked === undefined ? bitrate : Number(asked));
			return [`${line.replace(/;maxaveragebitrate=\d+/, '')};maxaveragebitrate=${most}`, `a=ptime:${packetMs}`];
		})
		.join('\r\n');
}
