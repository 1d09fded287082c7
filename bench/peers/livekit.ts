import { LiveKitServer } from './livekit-server';
import type { Peer, Side, Strategy } from './call';
import { liveKitLine } from './livekit-line';
import { PythonAgent } from './python-agent';
import { virtualEnvironment } from './venv';

/** Silero and turn-detector-v1-mini come with it, and LiveKit's client. */
const PACKAGE = 'livekit-agents[openai]==1.8.9';

/** LiveKit's server, LiveKit Agents in a virtual environment (0.5 GB), and an agent of it that runs. */
export class LiveKit implements Peer {
	private calls = 0;

	private constructor(
		private readonly python: string,
		private readonly server: LiveKitServer,
		private readonly agent: PythonAgent,
	) {}

	/** @throws CannotRun where it cannot be had */
	static async start(engines: string): Promise<LiveKit> {
		const python = await virtualEnvironment('livekit-agents-1.8.9', PACKAGE);
		const server = await LiveKitServer.start();
		try {
			return new LiveKit(python, server, await PythonAgent.start(python, 'livekit_agent.py', engines, server.env));
		} catch (error) {
			await server.stop();
			throw error;
		}
	}

	side(strategy: Strategy): Side {
		return {
			name: 'LiveKit',
			pids: [...this.server.pids, ...this.agent.pids],
			// The agent reads from the room's name how turns end.
			dial: async (listener) => await liveKitLine(this.python, this.server.env, `${strategy}-${this.calls++}`, listener),
		};
	}

	async stop(): Promise<void> {
		await this.agent.stop();
		await this.server.stop();
	}
}
