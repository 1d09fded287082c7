import type { RuntimeStats } from '../../contract/stats';
import { type MediaProtocol, mediaProtocol } from '../../rpc/media-protocol';
import type { MediaPlace, MediaServer } from '../calls/media-server';
import type { Log } from '../../lib/log';
import { type Fork, type ProcessState, RestartingProcess } from './restarting-process';

/** Several media processes, so that one crash hurts only the calls of one, and encoding uses several cores. */
export class MediaPool implements MediaServer {
	private readonly members: Array<{ child: RestartingProcess<MediaProtocol>; sessions: number }>;

	constructor(entry: string, size: number, log: Log, forkChild?: Fork) {
		this.members = Array.from({ length: size }, (_, index) => ({
			child: new RestartingProcess(
				{ name: `media-${index + 1}`, entry, protocol: mediaProtocol, lostCode: 'VOICE_ERR_MEDIA_LOST', log },
				forkChild,
			),
			sessions: 0,
		}));
	}

	get state(): ProcessState {
		const states = this.members.map(({ child }) => child.state);
		return states.find((state) => state !== 'ready') ?? 'ready';
	}

	/** Waits for a process that is being started. */
	async stats(): Promise<RuntimeStats['media']> {
		return await Promise.all(
			this.members.map(async ({ child }) => {
				const stats = await (await child.ready()).call('stats', {}).result;
				return { ...stats, pid: child.pid ?? 0 };
			}),
		);
	}

	start(): void {
		for (const { child } of this.members) child.start();
	}

	/** The process with the fewest sessions; give the place back with `release` when the session is over. */
	async place(): Promise<MediaPlace> {
		const member = this.members.reduce((least, next) => (next.sessions < least.sessions ? next : least));
		member.sessions++;
		let held = true;
		const release = (): void => {
			if (held) member.sessions--;
			held = false;
		};
		try {
			return { client: await member.child.ready(), release };
		} catch (error) {
			release();
			throw error;
		}
	}

	async stop(): Promise<void> {
		await Promise.all(this.members.map(async ({ child }) => await child.stop()));
	}
}
