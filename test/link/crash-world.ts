import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { whileToolsRun } from '../../nodes/LlamaChat/tools/while-tools-run';
import { LocalRuntime } from '../../runtime/client/local-runtime';
import { VoiceRuntime } from '../../runtime/client/voice-runtime';
import { speakSettings, transcribeSettings } from '../../runtime/contract/agent-settings';
import { chatSettings, type ToolResult } from '../../runtime/contract/chat';
import { type OpenSessionAsk, replyAsk, type ReplyStep, speechAsk } from '../../runtime/contract/control';
import { VoiceError } from '../../runtime/contract/errors';
import { type TriggerEvent, triggerEvent } from '../../runtime/contract/turn';
import { FixtureServer, type FixtureReply } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { packageRoot } from '../../runtime/lib/package-root';
import { CrashCaller, Peers } from './crash-caller';

export type Victim = 'gateway' | 'media' | 'inference';
type TurnEvent = Extract<TriggerEvent, { event: 'turn' }>;

interface WireMessage {
	readonly role: string;
	readonly content: string | null;
	readonly tool_calls?: unknown;
}

/** What an execution of the workflow has seen and done. */
export interface Execution {
	readonly turn: TurnEvent;
	text: string;
	/** Results that the runtime has taken. */
	readonly taken: ToolResult[];
	answer?: string;
	heard?: string;
	error?: VoiceError;
	done: boolean;
}

const transcribe = transcribeSettings.parse({ model: 'pack:listen' });
const speak = speakSettings.parse({ engine: 'flite', language: 'en' });
const chat = chatSettings.parse({ model: 'server:box' });
const BOOK = { name: 'book', description: 'Books it.', parameters: { type: 'object', properties: {} }, sayWhileRunning: '' };
const WORD_MS = 40;
/** Whoever keeps a runtime running waits for so long (deploy/local/host/keeper.ts). */
const RESTART_PAUSE_MS = 250;

/**
 * The real runtime with all its processes, kept running as `npm start` does; a workflow that asks through the nodes' own client; a model
 * on a server and a tool that count outside what they were asked.
 */
export class CrashWorld {
	readonly executions: Execution[] = [];
	/** How often each tool call was run, by its id. */
	readonly runs = new Map<string, number>();
	/** What each tool call gave. */
	readonly given = new Map<string, string>();
	/** All that the model was shown, ask by ask. */
	readonly shown: WireMessage[][] = [];
	/** Its answer has begun. */
	answering = 0;
	/** Set it to keep tools running, or the model thinking. */
	tool: () => Promise<unknown> = async () => await sleep(400);
	thinks: () => Promise<unknown> = async () => await sleep(300);
	readonly runtime: VoiceRuntime;
	private readonly peers = new Peers();
	private process: ChildProcess | undefined;
	private stopping = false;
	private workflowLives = new AbortController();
	private numbers = 0;
	/** The runtime that runs listens. */
	private ready: Promise<void> = Promise.resolve();

	private constructor(
		/** Where nodes find the runtime. */
		readonly folder: string,
		private readonly server: FixtureServer,
		private readonly n8n: http.Server,
	) {
		this.runtime = new VoiceRuntime(new LocalRuntime({ env: { VOICE_LOOP_STATE: folder, VOICE_LOOP_AUTOSTART: 'off' } }));
	}

	static async start(): Promise<CrashWorld> {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-crashes-'));
		const server: FixtureServer = await FixtureServer.start({
			'POST /v1/chat/completions': async ({ json }, reply) => await world.model((json as { messages: WireMessage[] }).messages, reply),
			'POST /book': async (_request, reply) => await reply.json(200, (await world.run(`book_${world.runs.size}`)).result),
		});
		const n8n = http.createServer((request, response) => {
			const pieces: Buffer[] = [];
			request.on('data', (piece: Buffer) => pieces.push(piece));
			request.on('end', () => {
				const event = triggerEvent.parse(JSON.parse(Buffer.concat(pieces).toString()));
				response.end('{}');
				if (event.event === 'turn') void world.execute(event);
			});
		});
		n8n.listen(0, '127.0.0.1');
		await once(n8n, 'listening');
		await writeFile(path.join(folder, 'servers.json'), JSON.stringify({ box: { baseUrl: server.url, chat: { model: 'm' } } }), { mode: 0o600 });
		const world = new CrashWorld(folder, server, n8n);
		// Whatever becomes of whoever runs it, nothing of it is left.
		process.once('exit', () => world.process?.kill('SIGKILL'));
		world.ready = world.startRuntime();
		await world.ready;
		return world;
	}

	/** @param source the workflow that answers, where it is not the one here */
	caller(agent: Record<string, unknown> = {}, source?: OpenSessionAsk['source']): CrashCaller {
		const turnUrl = `http://127.0.0.1:${(this.n8n.address() as AddressInfo).port}/turn`;
		const settings = { transcribe, speak, chat, llamaChat: true, apology: 'Sorry.', ...agent };
		return new CrashCaller(this.peers, this.runtime, source ?? { workflowId: 'w1', node: 'Trigger', mode: 'test', turnUrl }, settings);
	}

	/** Where a tool of another workflow books: it runs as `tool` does. */
	get bookUrl(): string {
		return `${this.server.url}/book`;
	}

	/** Its executions are gone: they say nothing any more. */
	killWorkflow(): void {
		this.workflowLives.abort();
		this.workflowLives = new AbortController();
	}

	/** Nothing of the process says goodbye. Resolves when its successor is ready. */
	async kill(victim: Victim): Promise<void> {
		if (victim === 'gateway') {
			const { process: gateway } = this;
			if (!gateway) throw new Error('no runtime runs');
			const ended = once(gateway, 'exit');
			gateway.kill('SIGKILL');
			await ended;
			await this.ready;
			return;
		}
		const { media, inference } = await this.runtime.stats();
		const pids = (victim === 'media' ? media : [inference]).map(({ pid }) => pid);
		for (const pid of pids) process.kill(pid, 'SIGKILL');
		for (;;) {
			await sleep(50);
			const now = await this.runtime.stats().catch(() => undefined);
			const found = victim === 'media' ? now?.media : now && [now.inference];
			const health = await this.runtime.health().catch(() => undefined);
			if (found && found.every(({ pid }) => pid > 0 && !pids.includes(pid)) && health?.[victim] === 'ready') return;
		}
	}

	/** What comes now has nothing to do with what was. */
	forget(): void {
		this.executions.length = this.shown.length = this.answering = 0;
		this.runs.clear();
		this.given.clear();
	}

	/** Tells it to stop, as whoever restarts it does. Resolves when the next one is ready. */
	async restart(): Promise<void> {
		const { process: gateway } = this;
		if (!gateway) throw new Error('no runtime runs');
		const ended = once(gateway, 'exit');
		gateway.kill('SIGTERM');
		await ended;
		await this.ready;
	}

	/** No workflow works on a turn. */
	get idle(): boolean {
		return this.executions.every(({ done }) => done);
	}

	async stop(): Promise<void> {
		this.stopping = true;
		const { process: gateway } = this;
		if (gateway && gateway.exitCode === null && gateway.signalCode === null) {
			const ended = once(gateway, 'exit');
			gateway.kill('SIGKILL');
			await ended;
		}
		await this.peers.stop();
		await this.server.stop();
		this.n8n.closeAllConnections();
		this.n8n.close();
		await rm(this.folder, { recursive: true, force: true });
	}

	private async startRuntime(): Promise<void> {
		const child = spawn(process.execPath, [path.join(packageRoot(), 'dist/runtime/cli/voice-loop.js'), 'start'], {
			env: {
				...process.env,
				VOICE_LOOP_STATE: this.folder,
				VOICE_LOOP_LOG: 'silent',
				VOICE_LOOP_SERVERS: path.join(this.folder, 'servers.json'),
				VOICE_LOOP_LOOPBACK_CANDIDATES: 'always',
				VOICE_LOOP_MEDIA_PROCESSES: '1',
			},
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		this.process = child;
		child.once('exit', () => {
			if (!this.stopping) this.ready = sleep(RESTART_PAUSE_MS).then(async () => await this.startRuntime());
		});
		await once(child.stdout, 'data');
	}

	/** The nodes of one turn: Transcribe, Llama Chat with its tool, Orpheus Speak. */
	private async execute(turn: TurnEvent): Promise<void> {
		const execution: Execution = { turn, text: '', taken: [], done: false };
		this.executions.push(execution);
		const { turnId } = turn;
		const asker = { executionId: `e${this.executions.length}`, run: 0, item: 0 };
		const { runtime } = this;
		const { signal } = this.workflowLives;
		let node = 'Transcribe';
		try {
			execution.text = (await runtime.transcript(turnId, { ...asker, node, settings: transcribe })).text;
			node = 'Llama Chat';
			const ask = { ...asker, node };
			let step: ReplyStep = await runtime.reply(turnId, replyAsk.parse({ ...ask, prompt: execution.text, chat, tools: [BOOK], speak, tellsOfTools: true }));
			while (step.status === 'toolCalls') {
				const { calls } = step;
				step = await whileToolsRun({ runtime, asker: ask, signal }, { turnId }, async () => {
					const results = await Promise.all(calls.map(async ({ id }) => await this.run(id)));
					const next = await runtime.toolResults(turnId, { ...ask, results }, signal);
					execution.taken.push(...results);
					return next;
				});
			}
			execution.answer = step.text;
			node = 'Orpheus Speak';
			execution.heard = (await runtime.speech(turnId, speechAsk.parse({ ...asker, node, text: step.text, speak }))).heard;
		} catch (thrown) {
			execution.done = signal.aborted;
			// A process that was killed says nothing.
			if (execution.done) return;
			execution.error = VoiceError.from(thrown);
			const { code, message } = execution.error;
			await runtime.turnFailed(turnId, { ...asker, node, code, message, tries: 1, retryAfterMs: 0 }).catch(() => undefined);
		}
		execution.done = true;
	}

	private async run(id: string): Promise<ToolResult> {
		this.runs.set(id, (this.runs.get(id) ?? 0) + 1);
		const number = `B${++this.numbers}`;
		await this.tool();
		this.given.set(id, number);
		return { id, ok: true, result: { booked: number }, durationMs: 400 };
	}

	/** Books whatever it is asked for, says what came of it, and thanks whoever thanks it. */
	private async model(messages: readonly WireMessage[], reply: FixtureReply): Promise<void> {
		this.shown.push([...messages]);
		reply.begin(200, { 'content-type': 'text/event-stream' });
		const write = async (delta: object, finish: string | null = null): Promise<void> =>
			await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
		await this.thinks();
		const last = messages.at(-1);
		// It goes on with what it has begun.
		const begun = last?.role === 'assistant' && !last.tool_calls ? (last.content ?? '') : '';
		const from = begun === '' ? last : messages.at(-2);
		const answer = answerTo(from);
		if (answer === undefined) {
			const id = `call_${this.shown.length}_${Math.random().toString(36).slice(2, 8)}`;
			await write({ tool_calls: [{ index: 0, id, type: 'function', function: { name: 'book', arguments: '{}' } }] }, 'tool_calls');
		} else {
			this.answering++;
			for (const word of answer.slice(answer.startsWith(begun) ? begun.length : 0).split(/(?<= )/)) {
				await write({ content: word });
				await sleep(WORD_MS);
			}
			await write({}, 'stop');
		}
		await reply.write('data: [DONE]\n\n');
	}
}

/** undefined: it calls its tool. */
function answerTo(message: WireMessage | undefined): string | undefined {
	const content = message?.content ?? '';
	if (message?.role === 'tool') {
		const number = /B\d+/.exec(content)?.[0];
		return number === undefined ? 'I do not know yet whether that has worked.' : 'That is done. I have written it into your calendar, for tomorrow.';
	}
	return /thank/.test(content) ? 'You are welcome.' : undefined;
}
