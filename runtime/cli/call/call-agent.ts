import { monotonicClock } from '../../lib/clock';
import { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import { CallerPeer } from './caller-peer';
import { callerVoice } from './caller-voice';
import { ConversationLog } from './conversation-log';
import { Dialogue } from './dialogue';
import { CallerEar, RECORDING_RATE } from './ear';
import { Microphone } from './microphone';
import type { CallReport, CallTurn } from './report';
import type { ScriptLine } from './call-settings';
import { type CallAuth, CallSignalling } from './signalling';
import { pause, within } from '../../lib/async';

export interface CallOptions {
	/** The voice page's address, which is the trigger's. */
	readonly url: string;
	readonly auth: CallAuth;
	/** Said one after the other; each waits until the agent has answered the one before, or interrupts it. */
	readonly lines: readonly ScriptLine[];
	/** The caller's synthesiser, see callerVoice. */
	readonly voice?: string;
	/** How long the agent may take for each step of a turn (until it is heard, until it has finished), ms. */
	readonly turnLimit?: number;
	/** Keeps all received sound. */
	readonly record?: boolean;
	readonly onEvent?: (event: PageEvent) => void;
	/** A turn is over. */
	readonly onTurn?: (turn: CallTurn) => void;
	/** The caller hangs up early: the report has the turns so far. */
	readonly signal?: AbortSignal;
}

export interface CallResult {
	readonly report: CallReport;
	/** All received sound; empty if it was not recorded. */
	readonly recording: { readonly pcm: Int16Array; readonly sampleRate: number };
}

const CONNECT_LIMIT_MS = 15_000;
const TURN_LIMIT_MS = 60_000;
/** When the agent says that it has finished, its last sound is still in our jitter buffer. */
const TAIL_MS = 300;

/**
 * Calls a voice agent over WebRTC as a browser does, speaks the lines and reports what came of each.
 * Turns that fail and a call that breaks off are in the report; a call that does not come about throws.
 * The process must end by process.exit(), see media/peer/wrtc.ts.
 */
export async function callAgent(options: CallOptions): Promise<CallResult> {
	// Synthesis first: the second it takes must not be silence in the call.
	const sounds = await soundsOf(options);
	const signalling = await CallSignalling.open(options.url, options.auth);
	const clock = monotonicClock;
	const log = new ConversationLog();
	const microphone = new Microphone();
	const ear = new CallerEar(options.record ?? false);
	let onConnected: () => void = () => undefined;
	const connected = new Promise<void>((resolve) => (onConnected = resolve));
	const peer = new CallerPeer(await signalling.iceConfiguration(), clock, microphone, ear, {
		onEvent: (event) => {
			log.receive(event);
			options.onEvent?.(event);
		},
		onState: (state) => {
			if (state === 'connected') onConnected();
			else if (state === 'failed' || state === 'closed') log.lose(lostConnection().toShape());
		},
		onChannelClosed: () => log.lose(lostConnection().toShape()),
	});
	let sessionId = '';
	let dialogue: Dialogue | undefined;
	const talk = async (): Promise<void> => {
		const answer = await signalling.offer(await peer.offer());
		sessionId = answer.sessionId;
		await peer.accept(answer.sdp);
		await within(CONNECT_LIMIT_MS, noPath(), connected);
		// A greeting is heard out first.
		await within(options.turnLimit ?? TURN_LIMIT_MS, neverReady(), log.until(() => log.ready || log.ended !== undefined));
		dialogue = new Dialogue({
			clock,
			microphone,
			ear,
			log,
			turnLimit: options.turnLimit ?? TURN_LIMIT_MS,
			onTurn: (turn) => options.onTurn?.(turn),
		});
		await dialogue.run(options.lines, sounds);
		if (log.ended === undefined) await pause(TAIL_MS);
	};
	try {
		await Promise.race([talk(), aborted(options.signal)]);
		const { agent, greeting, ended, errors } = log;
		const turns = dialogue?.turns ?? [];
		const report = { sessionId, agent, greeting, turns, errors, ...(ended === undefined ? {} : { ended }) };
		return { report, recording: { pcm: ear.recorded(), sampleRate: RECORDING_RATE } };
	} finally {
		peer.close();
		// The runtime notices by itself too; a call that never came about has nothing to end.
		if (sessionId !== '' && log.ended === undefined) await signalling.end(sessionId).catch(() => undefined);
	}
}

/** Each text is spoken once, however often the lines repeat it. */
async function soundsOf({ lines, voice }: CallOptions): Promise<Int16Array[]> {
	const speak = callerVoice(voice ?? '');
	const spoken = new Map<string, Promise<Int16Array>>();
	const say = (text: string): Promise<Int16Array> => {
		const sound = spoken.get(text) ?? speak(text);
		spoken.set(text, sound);
		return sound;
	};
	return await Promise.all(lines.map(async ({ text, pcm }) => pcm ?? (await say(text))));
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted) resolve();
		else signal?.addEventListener('abort', () => resolve(), { once: true });
	});
}

function lostConnection(): VoiceError {
	return new VoiceError('VOICE_ERR_MEDIA_LOST', 'The connection to the agent was lost.');
}

function noPath(): VoiceError {
	return new VoiceError('VOICE_ERR_MEDIA_LOST', 'No audio connection to the runtime could be established.', {
		remedy: 'Check that no firewall blocks UDP between this machine and the runtime.',
	});
}

function neverReady(): VoiceError {
	return new VoiceError('VOICE_ERR_MEDIA_LOST', 'The call was connected, but the agent never started to listen.', {
		remedy: 'Look at the runtime\'s log.',
	});
}
