import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import { chatRoutes } from '../../runtime/inference/openai-client/fixtures/chat-routes.fixture';
import { FixtureServer } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { execute, loadPackage, ours, workflowOf } from '../nodes/engine';
import { WebhookHost } from '../nodes/webhook-host';

const root = path.resolve(__dirname, '..', '..');
const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };

/** What a caller says, and what is answered. */
export type Answers = (said: string) => string;

/**
 * An agent in which all is real but n8n's server and the language model: the trigger serves page and signalling over HTTP,
 * n8n's engine runs each turn's nodes, the runtime listens and speaks.
 */
export class Practice {
	private constructor(
		readonly host: WebhookHost,
		readonly runtime: RunningRuntime,
		private readonly model: FixtureServer,
		private readonly folder: string,
	) {}

	static async start(answers: Answers, trigger: INodeParameters = {}): Promise<Practice> {
		execFileSync(process.execPath, [path.join(root, 'node_modules', 'gulp', 'bin', 'gulp.js'), 'page'], { cwd: root, stdio: 'pipe' });
		await loadPackage();
		const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-practice-'));
		const model = await FixtureServer.start(
			chatRoutes('openai', async ({ messages }, onText) => {
				const text = answers(messages.findLast(({ role }) => role === 'user')?.content ?? '');
				onText(text);
				return await Promise.resolve({ text, toolCalls: [], stopReason: 'end', usage, ttftMs: 0, durationMs: 0 });
			}),
		);
		const servers = path.join(folder, 'servers.json');
		writeFileSync(servers, JSON.stringify({ box: { baseUrl: model.url, chat: {} } }), { mode: 0o600 });
		const runtime = await startRuntime({ VOICE_LOOP_SERVERS: servers });
		const at = (value: string) => ({ __rl: true, mode: 'path', value });
		const more = { credentials: { voiceRuntimeApi: { id: '1', name: 'The runtime of the test' } } };
		const workflow = workflowOf(
			[
				{ name: 'Voice', type: ours('voiceSessionTrigger'), parameters: { callers: 'anyone', path: 'voice', ...trigger }, more },
				{ name: 'Transcribe', type: ours('transcribe'), parameters: { model: at('pack:listen') }, more },
				{ name: 'Llama', type: ours('llamaChat'), parameters: { model: at('server:box') }, more },
				{ name: 'Speak', type: ours('orpheusSpeak'), parameters: { engine: 'flite' }, more },
			],
			[['Voice', 'Transcribe'], ['Transcribe', 'Llama'], ['Llama', 'Speak']],
		);
		const host = await new WebhookHost(workflow, 'Voice').listen();
		const credential = { url: runtime.url, apiKey: runtime.key };
		host.credential = credential;
		host.onStarted = ([turn = []]) => {
			if (turn.length > 0) void execute(workflow, 'Voice', turn, { mode: 'webhook', credential });
		};
		return new Practice(host, runtime, model, folder);
	}

	get url(): string {
		return this.host.url;
	}

	async stop(): Promise<void> {
		await this.host.close();
		await this.runtime.stop();
		await this.model.stop();
		rmSync(this.folder, { recursive: true, force: true });
	}
}
