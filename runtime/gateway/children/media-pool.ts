import type { ProcessState, RuntimeStats } from '../../contract/stats';
import { type MediaProtocol, mediaProtocol } from '../../rpc/media-protocol';
import type { MediaPlace, MediaServer } from '../calls/media-server';
import type { Log } from '../../lib/log';
import { LastFigures } from './last-figures';
import { type Fork, RestartingProcess } from './restarting-process';

type Figures = RuntimeStats['media'][number];
/**
 * Sound makes garbage without end, and V8 gives its young heap more room for it with every call: over 400 calls the process grew from 137 to
 * 175 MiB, with this from 135 to 144; a call costs 30 ms of processor either way.
 */
const FLAGS = ['--max-semi-space-size=2'];
const NO_FIGURES = { sessions: 0, loopDelayMs: 0, rssBytes: 0, cpuMs: 0 };

interface Member {
	readonly child: RestartingProcess<MediaProtocol>;
	readonly figures: LastFigures<Omit<Figures, 'pid' | 'state'>>;
	sessions: number;
}

/** Several media processes, so that one crash hurts only the calls of one, and encoding uses several cores. */
export class MediaPool implements MediaServer {
	private readonly members: readonly Member[];

	constructor(entry: string, size: number, log: Log, forkChild?: Fork) {
		this.members = Array.from({ length: size }, (_, index) => {
			const child = new RestartingProcess(
				{ name: `media-${index + 1}`, entry, protocol: mediaProtocol, lostCode: 'VOICE_ERR_MEDIA_LOST', log, flags: FLAGS },
				forkChild,
			);
			const figures = new LastFigures(child, async () => await (await child.ready()).call('stats', {}).result, NO_FIGURES);
			return { child, figures, sessions: 0 };
		});
	}

	get state(): ProcessState {
		const states = this.members.map(({ child }) => child.state);
		return states.find((state) => state !== 'ready') ?? 'ready';
	}

	/** Why no new call can be carried; undefined where one process is ready, or all start for the first time. */
	get trouble(): string | undefined {
		const troubles = this.members.map(({ child }) => child.trouble);
		return troubles.includes(undefined) ? undefined : troubles[0];
	}

	/** Some process can take a call now. */
	get ready(): boolean {
		return this.members.some(({ child }) => child.state === 'ready');
	}

	async stats(): Promise<RuntimeStats['media']> {
		return await Promise.all(this.members.map(async ({ figures }) => await figures.get()));
	}

	start(): void {
		for (const { child } of this.members) child.start();
	}

	/**
	 * The process with the fewest sessions, of those that are well if there are any; give the place back with `release`
	 * when the session is over.
	 */
	async place(): Promise<MediaPlace> {
		const well = this.members.filter(({ child }) => child.trouble === undefined);
		const member = (well.length > 0 ? well : this.members).reduce((least, next) => (next.sessions < least.sessions ? next : least));
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
