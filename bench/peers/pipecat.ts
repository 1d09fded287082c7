import { z } from 'zod';
import type { PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import type { Forked } from '../forked';
import type { Peer, Side, Strategy } from './call';
import { PythonAgent } from './python-agent';
import { sdpLine } from './sdp-line';
import { virtualEnvironment } from './venv';

/** `aiortc` comes with `webrtc`; Silero and smart-turn v3.2 are in the package itself. */
const PACKAGE = 'pipecat-ai[webrtc,openai]==1.14.0';

const answered = z.object({ sdp: z.string() });

/** Pipecat in a virtual environment (0.8 GB), and an agent of it that runs. */
export class Pipecat implements Peer {
	private constructor(
		private readonly agent: PythonAgent,
		private readonly callers: Forked<PeerProtocol>,
	) {}

	/** @throws CannotRun where it cannot be had */
	static async start(engines: string, callers: Forked<PeerProtocol>): Promise<Pipecat> {
		const python = await virtualEnvironment('pipecat-1.14.0', PACKAGE);
		return new Pipecat(await PythonAgent.start(python, 'pipecat_bot.py', engines), callers);
	}

	side(strategy: Strategy): Side {
		return {
			name: 'Pipecat',
			pids: this.agent.pids,
			dial: async (listener) => await sdpLine(this.callers, async (sdp) => ({ sdp: await this.answer(sdp, strategy) }), listener),
		};
	}

	/** Its agent's line is its port. */
	private async answer(sdp: string, strategy: Strategy): Promise<string> {
		const response = await fetch(`http://127.0.0.1:${this.agent.said}/offer?strategy=${strategy}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'offer', sdp }) });
		if (!response.ok) throw new Error(`Pipecat answered the offer with status ${response.status}: ${await response.text()}`);
		return answered.parse(await response.json()).sdp;
	}

	async stop(): Promise<void> {
		await this.agent.stop();
	}
}
