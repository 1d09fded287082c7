import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import { CallSignalling } from '../../runtime/cli/call/signalling';
import { weights } from '../../test/real/weights/folder';
import { type Agent, withAgent } from '../agent';
import type { Forked } from '../forked';
import type { Side } from './call';
import { sdpLine } from './sdp-line';

/** How our agent is set for a call. */
export interface OurSettings {
	readonly speculation: 'auto' | 'modelAndVoice';
	/** Turns end after 300 ms of silence, whatever was said. */
	readonly onlySilence: boolean;
}

export interface Ours extends Side {
	set(settings: OurSettings): Promise<void>;
}

const ONLY_SILENCE = { audioJudge: 'off', minSilenceMs: 300, endSilenceMs: 300, maxSilenceMs: 300 };
/** As `voice-loop models fetch auto` leaves it. */
const DEFAULTS = { audioJudgeModel: weights('smart-turn/smart-turn-v3.2-cpu.onnx') };

/** The example agent in a real n8n with the engines behind it. */
export async function withOurs(engines: string, callers: Forked<PeerProtocol>, act: (ours: Ours) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-peers-'));
	try {
		const servers = path.join(folder, 'servers.json');
		const fixed = { baseUrl: engines, transcribe: { model: 'fixed' }, chat: { model: 'fixed' }, speak: { kind: 'speech', model: 'fixed', voices: ['alloy'] } };
		await writeFile(servers, JSON.stringify({ fixed }), { mode: 0o600 });
		// The runtime takes its settings from this process.
		Object.assign(process.env, { VOICE_LOOP_SERVERS: servers, VOICE_LOOP_LOG: 'warn' });
		await withAgent(async (agent) => {
			const model = { __rl: true, mode: 'path', value: 'server:fixed' };
			await agent.change('Transcribe', { model, language: 'en' });
			await agent.change('Llama Chat', { model });
			await agent.change('Orpheus Speak', { engine: 'server:fixed', voice: '' });
			await act(side(agent, callers));
		});
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function side(agent: Agent, callers: Forked<PeerProtocol>): Ours {
	return {
		name: 'ours',
		pids: agent.pids,
		set: async ({ speculation, onlySilence }) =>
			await agent.change('Voice Session Trigger', { options: { greeting: '', emitCallEvents: false, speculation }, turnTaking: onlySilence ? ONLY_SILENCE : DEFAULTS }),
		dial: async (listener) => {
			const answer = async (offer: string): Promise<{ sdp: string; end: () => Promise<unknown> }> => {
				const signalling = await CallSignalling.open(agent.url, { kind: 'open' });
				const { sdp, sessionId } = await signalling.offer(offer);
				return { sdp, end: async () => await signalling.end(sessionId) };
			};
			return await sdpLine(callers, answer, listener);
		},
	};
}
