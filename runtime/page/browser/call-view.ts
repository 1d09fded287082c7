import { type Loading, loadingPercent, loadingWords } from '../../contract/loading';
import type { Ending } from './call';
import { element, setIcon, setText } from './dom';
import { LevelMeters } from './level-meters';
import type { LinkVerdict } from './link-judge';
import type { PageState } from './words';
import { clockTime, endingWords, leftHint, linkWords, stateHint, stateWords } from './words';

const RESTING: readonly PageState[] = ['idle', 'away', 'ended', 'failed'];
const STARTING: readonly PageState[] = ['asking', 'connecting'];
const REST_WORDS: Partial<Record<PageState, string>> = { idle: 'Call', away: 'Go on with your call' };

/** The frame around the captions: what is going on, for how long, and the buttons. */
export class CallView {
	private readonly state = element('state', HTMLElement);
	private readonly duration = element('duration', HTMLElement);
	private readonly callButton = element('call', HTMLButtonElement);
	private readonly muteButton = element('mute', HTMLButtonElement);
	private readonly interruptButton = element('interrupt', HTMLButtonElement);
	private readonly freshButton = element('fresh', HTMLButtonElement);
	private readonly meters = element('meters', HTMLElement);
	private readonly note = element('note', HTMLElement);
	private readonly loading = element('loading', HTMLElement);
	private readonly loadingWords = element('loading-words', HTMLElement);
	private readonly loadingBar = element('loading-bar', HTMLProgressElement);
	private readonly loadingPercent = element('loading-percent', HTMLElement);
	private readonly link = element('link', HTMLElement);
	private readonly hint = element('hint', HTMLElement);
	private readonly ending = element('ending', HTMLElement);
	private clock: ReturnType<typeof setInterval> | undefined;

	onCall(pressed: () => void): void {
		this.callButton.addEventListener('click', pressed);
	}

	/** A new call rather than the one that waits. */
	onFresh(pressed: () => void): void {
		this.freshButton.addEventListener('click', pressed);
	}

	onMute(pressed: () => void): void {
		this.muteButton.addEventListener('click', pressed);
	}

	onInterrupt(pressed: () => void): void {
		const whileSpeaking = () => {
			// Not `disabled`: a button that disables itself under the finger loses the keyboard's focus.
			if (this.interruptButton.getAttribute('aria-disabled') === 'false') pressed();
		};
		this.interruptButton.addEventListener('click', whileSpeaking);
		document.addEventListener('keydown', ({ key }) => {
			if (key === 'Escape') whileSpeaking();
		});
	}

	show(state: PageState, tool?: string): void {
		setText(this.state, stateWords(state, tool));
		this.state.dataset['state'] = state;
		document.body.dataset['state'] = state;
		const calling = !RESTING.includes(state);
		const connected = calling && !STARTING.includes(state);
		document.body.dataset['call'] = connected ? 'on' : calling ? 'starting' : 'off';
		this.showCallButton(calling, state);
		this.muteButton.hidden = !connected;
		this.interruptButton.hidden = !connected;
		this.freshButton.hidden = state !== 'away';
		this.interruptButton.setAttribute('aria-disabled', String(state !== 'speaking'));
		this.meters.hidden = !connected;
		this.showHint(stateHint(state));
		this.ending.hidden = state !== 'ended';
		if (state === 'asking') this.duration.hidden = true;
	}

	/** A call that was left in another tab of this browser. */
	offerLeft(): void {
		if (!['idle', 'away'].includes(this.state.dataset['state'] ?? '')) return;
		this.show('away');
		this.showHint(leftHint);
	}

	/** It is no longer there. */
	offerNone(): void {
		if (this.state.dataset['state'] === 'away') this.show('idle');
	}

	/** What to do, or what is being done; '' for nothing. */
	showHint(text: string): void {
		setText(this.hint, text);
		this.hint.hidden = text === '';
	}

	/** From the first connection to the end. @param startedAt ms since 1970 */
	startClock(startedAt: number): void {
		const tick = () => setText(this.duration, clockTime(Date.now() - startedAt));
		tick();
		this.duration.hidden = false;
		this.clock = setInterval(tick, 1000);
	}

	startMeters(): LevelMeters {
		return new LevelMeters({
			caller: element('caller-meter', HTMLElement),
			agent: element('agent-meter', HTMLElement),
		});
	}

	greet(agent: string, note: string): void {
		if (agent) setText(element('agent-name', HTMLElement), agent);
		this.showNote(note);
		this.showLoading([]);
	}

	showNote(note: string): void {
		setText(this.note, note);
		this.note.hidden = note === '';
	}

	/** What the call still waits for. */
	showLoading(models: readonly Loading[]): void {
		setText(this.loadingWords, loadingWords(models));
		const percent = loadingPercent(models);
		this.loadingBar.hidden = percent === undefined;
		this.loadingBar.value = percent ?? 0;
		setText(this.loadingPercent, percent === undefined ? '' : `${percent} %`);
		this.loading.hidden = models.length === 0;
	}

	/** How good the connection is, where there is something to say about it. */
	showLink(verdict: LinkVerdict): void {
		if (this.link.dataset['link'] === verdict) return;
		this.link.dataset['link'] = verdict;
		setText(this.link, linkWords(verdict));
		this.link.hidden = verdict === 'good';
	}

	showMuted(muted: boolean): void {
		this.muteButton.setAttribute('aria-pressed', String(muted));
		setIcon(this.muteButton, muted ? 'mic-off' : 'mic');
		document.body.dataset['muted'] = String(muted);
	}

	end(ending: Ending): void {
		clearInterval(this.clock);
		if (ending.by !== 'fault') setText(this.ending, sentenceOf(ending));
		this.showLink('good');
		this.showLoading([]);
		this.show(ending.by === 'fault' ? 'failed' : 'ended');
	}

	private showCallButton(calling: boolean, state: PageState): void {
		const text = this.callButton.querySelector('span');
		if (text) setText(text, calling ? (STARTING.includes(state) ? 'Cancel' : 'End') : REST_WORDS[state] ?? 'Call again');
		setIcon(this.callButton, calling ? 'hang-up' : 'phone');
		this.callButton.dataset['does'] = calling ? 'end' : 'start';
	}
}

function sentenceOf(ending: Exclude<Ending, { by: 'fault' }>): string {
	if (ending.by === 'agent') return endingWords(ending.reason);
	return ending.by === 'caller' ? 'You ended the call.' : 'The call ended while you were away.';
}
