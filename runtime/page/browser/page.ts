import type { PageEvent } from '../../contract/page-events';
import { Access } from './access';
import { AlertPanel } from './alert-panel';
import { type CallPhase, type Ending, PageCall } from './call';
import { type CallStats, callStats } from './call-stats';
import { CallView } from './call-view';
import { PageConversation } from './conversation';
import { ConversationView } from './conversation-view';
import { DeviceChooser, unfitForCalls } from './microphone';
import { element } from './dom';
import { type Fault, soundBlocked } from './faults';
import { type KeptCall, forgetCall, keptCall, mayHear } from './kept-call';
import { LeftCall, forgetLeft, leftCall, leftForMs } from './left-call';
import { LevelMeters } from './level-meters';
import { ScreenKeeper } from './screen-keeper';
import { isTestAddress, PageSignalling } from './signalling';
import { type PageState, waitingWords } from './words';

/** For tests and debugging, as `window.voiceLoop`. */
interface VoiceLoop {
	/** Of the call that runs, or of the last one. */
	readonly pc: RTCPeerConnection | null;
	/** All events of that call. */
	readonly events: PageEvent[];
	/** By which way events come beside the data channel. */
	readonly way: 'socket' | 'http' | null;
	stats(): Promise<CallStats | null>;
}

declare global {
	interface Window {
		voiceLoop: VoiceLoop;
	}
}

class VoicePage {
	private readonly view = new CallView();
	private readonly alert = new AlertPanel();
	private readonly access = new Access(() => void this.press());
	private readonly devices = new DeviceChooser((id) => void this.call?.useMicrophone(id));
	private readonly lines = new ConversationView(element('lines', HTMLElement), element('talk', HTMLElement));
	private readonly screen = new ScreenKeeper();
	private readonly audio = element('voice', HTMLAudioElement);
	private conversation = new PageConversation();
	private meters: LevelMeters | undefined;
	private call: PageCall | undefined;
	private muted = false;
	/** It has been live. */
	private begun = false;
	/** What the agent does, kept while the page shows `reconnecting` instead. */
	private agent: { state: PageState; tool?: string } = { state: 'listening' };
	private phase: CallPhase | 'over' = 'over';
	private readonly debug: { call: PageCall | null; events: PageEvent[] } = { call: null, events: [] };

	constructor() {
		this.view.onCall(() => (this.call ? this.call.hangUp() : void this.press()));
		this.view.onFresh(() => {
			forgetCall();
			forgetLeft();
			void this.press();
		});
		this.view.onMute(() => this.setMuted(!this.muted));
		this.view.onInterrupt(() => this.call?.interrupt());
		// Also when a phone puts the page away: nobody should stay on the line unseen. The call waits for them.
		window.addEventListener('pagehide', () => this.leave());
		window.addEventListener('pageshow', () => void this.comeBack());
		// Another tab has taken it.
		window.addEventListener('storage', () => this.offerLeft());
		window.voiceLoop = this.debugHandle();
	}

	/** A new call, or the one that waits. */
	private async press(): Promise<void> {
		const secret = this.access.secret();
		if (secret !== null) this.startCall(secret, keptCall() ?? (await leftCall(secret)));
	}

	private startCall(secret: string, kept: KeptCall | undefined): void {
		if (this.call) return;
		this.alert.clear();
		this.conversation = new PageConversation();
		this.lines.draw(this.conversation);
		const unfit = unfitForCalls();
		if (unfit) return this.end({ by: 'fault', fault: unfit });
		this.agent = { state: 'listening' };
		this.debug.events = [];
		// Both soon after the click: browsers allow sound only as its consequence.
		this.meters = this.view.startMeters();
		this.call = new PageCall(new PageSignalling(new URL(location.href), secret, kept?.resumeToken), {
			phase: (phase) => this.enter(phase),
			event: (event) => this.take(event),
			microphone: (stream) => this.useMicrophone(stream),
			voice: (stream) => this.play(stream),
			warning: (fault) => this.alert.show(fault),
			waiting: ({ code }) => {
				if (this.phase === 'connecting' || this.phase === 'reconnecting') this.view.showHint(waitingWords(code, this.phase));
			},
			link: (verdict) => this.view.showLink(verdict),
			ended: (ending) => this.end(ending),
		}, new LeftCall(secret, this.access.asksForOne), kept);
		this.debug.call = this.call;
		this.setMuted(false);
		void this.call.start(this.devices.chosen());
	}

	/** The tab had a call when it was reloaded, closed or put away: it goes on, at once where the browser allows it. */
	private async comeBack(): Promise<void> {
		if (this.call) return;
		if (!keptCall()) return this.offerLeft();
		this.view.show('away');
		if (await mayHear()) void this.press();
	}

	/** A call of another tab is only offered: who opened this one may be somebody else. */
	private offerLeft(): void {
		if (this.call || keptCall()) return;
		const ms = leftForMs();
		if (ms > 0) this.view.offerLeft();
		else this.view.offerNone();
		if (ms > 0) setTimeout(() => this.offerLeft(), ms + 1);
	}

	private leave(): void {
		const { call } = this;
		if (!call) return;
		call.leave();
		this.hush();
		this.view.show(keptCall() ? 'away' : 'idle');
	}

	private enter(phase: CallPhase): void {
		if (phase === 'live' && !this.begun) {
			this.begun = true;
			this.access.accepted();
			this.view.startClock(this.call?.since ?? Date.now());
			void this.screen.hold();
		}
		this.phase = phase;
		if (phase === 'reconnecting') this.conversation.connectionLost();
		this.showState();
	}

	private take(event: PageEvent): void {
		this.debug.events.push(event);
		if (event.type === 'session.started') this.begin(event);
		if (event.type === 'note') this.view.showNote(event.text);
		if (event.type === 'loading') this.view.showLoading(event.models);
		if (event.type === 'state') {
			const { state, tool } = event;
			this.agent = tool === undefined ? { state } : { state, tool };
			this.showState();
		}
		if (event.type === 'recovered') this.alert.clear(event.code);
		// The caller has gone on: what went wrong before is past.
		if (event.type === 'caption.final') this.alert.clear();
		this.conversation.take(event);
		this.lines.draw(this.conversation);
	}

	private begin({ agent, note, resumed }: Extract<PageEvent, { type: 'session.started' }>): void {
		this.view.greet(agent, note);
		// All that was said so far follows.
		if (resumed) this.conversation = this.conversation.again();
	}

	private useMicrophone(stream: MediaStream): void {
		this.meters?.attach('caller', stream);
		void this.devices.refresh(stream.getAudioTracks()[0]?.getSettings().deviceId ?? '');
	}

	private play(stream: MediaStream): void {
		this.audio.srcObject = stream;
		this.meters?.attach('agent', stream);
		this.audio.play().catch((error: unknown) => {
			if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
			this.alert.show(soundBlocked);
			const unblock = () => {
				void this.audio.play();
				this.alert.clear();
			};
			document.addEventListener('pointerdown', unblock, { once: true });
		});
	}

	private setMuted(muted: boolean): void {
		this.muted = muted;
		this.call?.setMuted(muted);
		this.view.showMuted(muted);
	}

	private showState(): void {
		if (this.phase === 'over') return;
		if (this.phase === 'live') this.view.show(this.agent.state, this.agent.tool);
		else this.view.show(this.phase);
	}

	private hush(): void {
		this.call = undefined;
		this.phase = 'over';
		this.begun = false;
		this.meters?.stop();
		this.meters = undefined;
		this.audio.srcObject = null;
		this.screen.release();
	}

	private end(ending: Ending): void {
		this.hush();
		this.conversation.close();
		this.lines.draw(this.conversation);
		this.view.end(ending);
		if (ending.by === 'fault') this.alert.show(this.explain(ending.fault));
	}

	private explain(fault: Fault): Fault {
		return fault.code === 'VOICE_ERR_CALLER_REFUSED' ? this.access.refused(fault) : fault;
	}

	private debugHandle(): VoiceLoop {
		const { debug } = this;
		return {
			get pc() {
				return debug.call?.pc ?? null;
			},
			get events() {
				return debug.events;
			},
			get way() {
				return debug.call?.way ?? null;
			},
			stats: async () => (debug.call ? await callStats(debug.call.pc) : null),
		};
	}
}

element('test-mark', HTMLElement).hidden = !isTestAddress(new URL(location.href));
new VoicePage();
