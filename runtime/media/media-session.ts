import type { Clock, Milliseconds } from '../lib/clock';
import type { SendMemory } from '../contract/link';
import { SendQuality } from '../lib/send-quality';
import { VoiceError } from '../contract/errors';
import type { CallContext } from '../rpc/server';
import type { LinkNetwork, MediaEvent, MediaInput } from '../rpc/media-protocol';
import { CallerSound } from './audio-in/caller-sound';
import type { Pacer } from './audio-out/pacer';
import { Playout } from './audio-out/playout';
import { Arrivals } from './link-quality/arrivals';
import { CallerReports } from './link-quality/caller-reports';
import { readingOf } from './link-quality/link-stats';
import { LinkWatch } from './link-quality/link-watch';
import { SoundPath } from './link-quality/sound-path';
import { ConnectionWatch } from './peer/connection-watch';
import { Peer } from './peer/peer';
import type { Silero } from './vad/silero';

/** What all sessions of the process share. */
export interface Shared {
	readonly clock: Clock;
	readonly pacer: Pacer;
	readonly vad: Silero;
}

/** How often it is looked whether packets come: an end of turn, or words that nobody hears, are near. Each look takes 0.1 ms. */
const LOOK_LISTENING_MS = 50;
const LOOK_SPEAKING_MS = 100;
const LOOK_IDLE_MS = 500;

/** 0.4 ms of processor each. */
const STATS_MS = 1000;

interface SessionParams {
	readonly offer: string;
	readonly trickle?: boolean | undefined;
	readonly flushSilenceMs: number;
	readonly network: LinkNetwork;
	readonly sending?: SendMemory | undefined;
}

/**
 * One caller: the peer connection, what it hears and what it says. Ends when it is asked to, when the caller is
 * gone or when something in it fails; nothing of it outlives `run`, and nothing it does reaches another session.
 */
export class MediaSession {
	private readonly peer: Peer;
	private readonly playout: Playout;
	private readonly path: SoundPath;
	private readonly link: LinkWatch;
	private readonly sending: SendQuality;
	/** The gateway knows it. */
	private toldSending: SendMemory | undefined;
	private readonly arrivals = new Arrivals(() => this.end('Nothing came from the caller any more.'));
	/** Over the data channel. */
	private messages = 0;
	private readonly reports: CallerReports;
	/** In which direction nothing gets through. */
	private readonly deadWays = new Set<'in' | 'out'>();
	private lookAt: Milliseconds = 0;
	private readonly callerSound: CallerSound;
	private readonly connection: ConnectionWatch;
	private end: (reason: string) => void = () => undefined;
	private fail: (error: unknown) => void = () => undefined;
	private readonly over = new Promise<string>((resolve, reject) => {
		this.end = resolve;
		this.fail = reject;
	});

	constructor(
		private readonly shared: Shared,
		private readonly params: SessionParams,
		private readonly context: CallContext<MediaInput, MediaEvent>,
	) {
		const { clock, vad } = shared;
		const emit = (event: MediaEvent): void => context.emit(event);
		this.sending = new SendQuality(params.sending);
		this.toldSending = params.sending;
		this.path = new SoundPath(clock, () => this.peer.newestSound(), {
			missing: (since) => {
				emit({ type: 'soundMissing', at: clock.now(), since });
				void this.glance();
			},
			back: (missedMs) => {
				emit({ type: 'soundBack', at: clock.now(), missedMs });
				this.link.missed(missedMs);
				void this.glance();
			},
			dead: (heardUntil) => this.pathDead('in', heardUntil),
			alive: () => this.pathAlive('in'),
		});
		this.reports = new CallerReports(clock, {
			dead: (heardUntil) => this.pathDead('out', heardUntil),
			alive: () => this.pathAlive('out'),
		});
		this.link = new LinkWatch(clock, this.path, this.reports, (figures) => emit({ type: 'link', at: clock.now(), ...figures }));
		this.playout = new Playout(emit, () => !this.path.look());
		this.callerSound = new CallerSound(
			vad.open(),
			clock,
			params.flushSilenceMs,
			(event) => {
				emit(event);
				if (event.type === 'speechStarted') this.playout.callerSpeaks();
				// A pause is neither: its work has begun, and nothing is to be in its way.
				if (event.type === 'speechStarted' || event.type === 'speechStopped') void this.glance();
			},
			this.fail,
			this.path,
		);
		this.connection = new ConnectionWatch(
			(state) => emit({ type: 'connection', state }),
			(reason) => this.end(reason),
		);
		this.peer = new Peer(
			params.network,
			{
				onFrame: (frame) => this.callerSound.push(frame),
				onState: (state) => this.connection.changed(state),
				onChannelOpen: () => emit({ type: 'channelOpen' }),
				onRequest: (json) => {
					this.messages++;
					if (!this.reports.take(json)) emit({ type: 'request', json });
				},
				onHangUp: () => this.end('The caller hung up.'),
				onCandidate: (candidate) => emit({ type: 'candidate', candidate }),
			},
			this.fail,
			this.sending.lowered ? this.sending.level : undefined,
		);
	}

	/** @returns why the session ended, and whether anything ever came from the caller. */
	async run(): Promise<{ reason: string; nothingCame: boolean }> {
		this.over.catch(() => undefined);
		const cancelled = (): void => this.fail(new VoiceError('VOICE_ERR_CANCELLED', 'The call was cancelled.'));
		this.context.signal.addEventListener('abort', cancelled, { once: true });
		let leave: () => void = () => undefined;
		const statsTimer = setInterval(() => void this.readStats(), STATS_MS);
		try {
			const answer = await Promise.race([this.peer.answer(this.params.offer, this.params.trickle), this.over]);
			this.context.emit({ type: 'answer', id: '', answer });
			leave = this.shared.pacer.join((at) => this.guarded(() => this.frame(at)));
			this.context.onInput((input) => this.guarded(() => this.obey(input)));
			const reason = await this.over;
			// It may be over before the first look.
			return { reason, nothingCame: !this.arrivals.any && this.messages === 0 && this.peer.newestSound() === undefined };
		} finally {
			leave();
			clearInterval(statsTimer);
			this.connection.stop();
			this.peer.close();
			this.context.signal.removeEventListener('abort', cancelled);
		}
	}

	private pathDead(way: 'in' | 'out', heardUntil: Milliseconds): void {
		this.deadWays.add(way);
		this.playout.hold(heardUntil);
	}

	private pathAlive(way: 'in' | 'out'): void {
		this.deadWays.delete(way);
		if (this.deadWays.size === 0) this.playout.release();
	}

	private frame(at: Milliseconds): void {
		if (at >= this.lookAt) {
			this.lookAt = at + (this.callerSound.listening || this.path.missing ? LOOK_LISTENING_MS : this.playout.active ? LOOK_SPEAKING_MS : LOOK_IDLE_MS);
			this.path.look();
		}
		this.peer.send(this.playout.next(at));
	}

	/** Statistics that cannot be had are no reason to end a call. */
	private async readStats(): Promise<void> {
		const report = await this.peer.stats().catch(() => undefined);
		if (!report) return;
		const reading = readingOf(report);
		this.guarded(() => {
			this.link.read(reading);
			this.arrivals.look(reading.packetsReceived + this.messages);
		});
		const level = this.sending.take(reading);
		// Packed as before is better than no call.
		if (level) await this.peer.pack(level).then(() => this.sending.took(level), () => undefined);
		this.tellSending();
	}

	/** What was heard until now: not what follows. */
	private async glance(): Promise<void> {
		const report = await this.peer.stats().catch(() => undefined);
		if (report) this.guarded(() => this.link.glance(readingOf(report)));
	}

	/** Not of each second's round trip. */
	private tellSending(): void {
		const { toldSending: told } = this;
		const { memory } = this.sending;
		if (told?.at === memory.at && told.waits === memory.waits && told.paths === memory.paths) return;
		this.toldSending = memory;
		this.context.emit({ type: 'sending', memory });
	}

	private obey(input: MediaInput): void {
		switch (input.type) {
			case 'reoffer':
				void this.reoffer(input);
				break;
			case 'candidates':
				this.peer.addCandidates(input.candidates);
				break;
			case 'utterance':
				this.playout.announce(input.utteranceId, input.sampleRate, input.interruptible);
				break;
			case 'play':
				this.playout.write(input.utteranceId, input.pcm);
				break;
			case 'playEnd':
				this.playout.end(input.utteranceId);
				break;
			case 'resume':
				this.playout.resume();
				break;
			case 'flush':
				this.playout.flush(this.shared.clock.now());
				break;
			case 'rest':
				this.callerSound.rest();
				break;
			case 'event':
				this.peer.tell(input.json);
				break;
			case 'close':
				this.end('closed');
				break;
		}
	}

	private async reoffer({ id, offer, trickle }: Extract<MediaInput, { type: 'reoffer' }>): Promise<void> {
		try {
			this.context.emit({ type: 'answer', id, answer: await this.peer.answer(offer, trickle) });
		} catch (error) {
			this.context.emit({ type: 'reofferFailed', id, message: VoiceError.from(error).message });
		}
	}

	private guarded(act: () => void): void {
		try {
			act();
		} catch (error) {
			this.fail(error);
		}
	}
}
