import { FixtureServer, type FixtureReply, type Received, type Routes } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';

export const NODES = ['Transcribe', 'Llama Chat', 'Orpheus Speak'] as const;
export const MODES = ['stop', 'continue', 'error output', 'retry'] as const;
export const FAULTS = ['missing model', 'server 400', 'server 429', 'server 500', 'bad expression'] as const;

export type NodeName = (typeof NODES)[number];
export type Mode = (typeof MODES)[number];
export type Fault = (typeof FAULTS)[number] | 'tool limit';

/** What one caller meets: one node fails in one way, and its workflow is set to do something about it. */
export interface FailureCase {
	/** Also the path of its page, and what its requests to the server are known by. */
	readonly id: string;
	readonly node: NodeName;
	readonly mode: Mode;
	readonly fault: Fault;
}

export const ANSWER = 'You are welcome.';
export const INSTEAD = 'Please call again.';
const RATE = 16_000;
/** Between the second and the third try: n8n pauses for a second. */
const FAILS_FOR_MS = 1500;

export function allCases(): FailureCase[] {
	const cases = NODES.flatMap((node) => MODES.flatMap((mode) => FAULTS.map((fault) => ({ node, mode, fault }))));
	const limits = MODES.map((mode) => ({ node: 'Llama Chat', mode, fault: 'tool limit' }) as const);
	return [...cases, ...limits].map((each, index) => ({ ...each, id: `case-${index + 1}` }));
}

/** The fault passes before the third try. */
export function passes({ mode, fault }: FailureCase): boolean {
	return mode === 'retry' && fault.startsWith('server');
}

/** A server of all three kinds, which fails the cases that it is to fail. */
export class FailingServer {
	private readonly failingSince = new Map<string, number>();

	private constructor(
		private readonly cases: readonly FailureCase[],
		private server: FixtureServer | undefined,
	) {}

	static async start(cases: readonly FailureCase[]): Promise<FailingServer> {
		const own = new FailingServer(cases, undefined);
		own.server = await FixtureServer.start(own.routes());
		return own;
	}

	get url(): string {
		return this.server?.url ?? '';
	}

	async stop(): Promise<void> {
		await this.server?.stop();
	}

	private routes(): Routes {
		return {
			'GET /v1/audio/voices': (_request, reply) => reply.json(200, { voices: ['spare', ...this.cases.map(({ id }) => id)] }),
			'POST /v1/audio/speech': async (request, reply) => {
				const { voice } = request.json as { voice: string };
				if (await this.refuses('Orpheus Speak', voice, reply)) return;
				reply.begin(200, { 'content-type': 'audio/pcm' });
				await reply.write(Buffer.from(tone().buffer));
			},
			'POST /v1/audio/transcriptions': async (request, reply) => {
				if (await this.refuses('Transcribe', idIn(request), reply)) return;
				await reply.json(200, { text: 'what can you do' });
			},
			'POST /v1/chat/completions': async (request, reply) => {
				const tried = (request.json as { max_tokens: number }).max_tokens === 1;
				const id = idIn(request);
				if (!tried && (await this.refuses('Llama Chat', id, reply))) return;
				reply.begin(200, { 'content-type': 'text/event-stream' });
				const write = async (delta: object, finish: string | null = null): Promise<void> =>
					await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
				if (!tried && this.caseOf(id)?.fault === 'tool limit') {
					await write({ tool_calls: [{ index: 0, id: `c${performance.now()}`, type: 'function', function: { name: 'look_up', arguments: '{}' } }] });
					await write({}, 'tool_calls');
				} else {
					await write({ content: ANSWER });
					await write({}, 'stop');
				}
				await reply.write('data: [DONE]\n\n');
			},
		};
	}

	private caseOf(id: string): FailureCase | undefined {
		return this.cases.find((each) => each.id === id);
	}

	private async refuses(node: NodeName, id: string, reply: FixtureReply): Promise<boolean> {
		const failing = this.caseOf(id);
		const status = Number(/^server (\d+)$/.exec(failing?.fault ?? '')?.[1]);
		if (!failing || failing.node !== node || !status) return false;
		const since = this.failingSince.get(id) ?? performance.now();
		this.failingSince.set(id, since);
		if (passes(failing) && performance.now() - since > FAILS_FOR_MS) return false;
		await reply.json(status, { error: { message: 'not today' } });
		return true;
	}
}

function idIn(request: Received): string {
	return /case-\d+/.exec(request.body.toString('utf8'))?.[0] ?? '';
}

/** A fifth of a second that is audible. */
function tone(): Int16Array {
	return Int16Array.from({ length: RATE / 5 }, (_, at) => Math.round(8000 * Math.sin((2 * Math.PI * 440 * at) / RATE)));
}

function located(value: string) {
	return { __rl: true, mode: 'path', value };
}

const BAD_EXPRESSION = '={{ $("Nowhere").item.json.text }}';

/** Trigger, Transcribe, Llama Chat, Orpheus Speak; and a second Orpheus Speak with another voice where the first goes on. */
export function workflowOf(failing: FailureCase) {
	const { id, node, mode, fault } = failing;
	const server = fault.startsWith('server') || fault === 'tool limit';
	const model = (name: NodeName, works: string): string => (name !== node ? works : server ? 'server:failing' : fault === 'missing model' ? '/nowhere/model' : works);
	const wrong = (name: NodeName, text: string): string => (name === node && fault === 'bad expression' ? BAD_EXPRESSION : text);
	const answer = '={{ $json.text }}';
	const parameters: Record<string, Record<string, unknown>> = {
		// Without look-ahead, so that only the node asks.
		Transcribe: { source: 'auto', model: located(model('Transcribe', 'server:failing')), language: wrong('Transcribe', '={{ "en" }}'), hints: id },
		'Llama Chat': {
			instructions: `You are ${id}.`,
			prompt: wrong('Llama Chat', '={{ $json.text ?? "hello" }}'),
			model: located(model('Llama Chat', 'server:failing')),
			options: { maxToolCalls: 1 },
		},
		'Orpheus Speak': {
			text: wrong('Orpheus Speak', node === 'Llama Chat' && mode !== 'stop' && mode !== 'retry' ? `={{ $json.error ? "${INSTEAD}" : $json.text }}` : answer),
			engine: model('Orpheus Speak', 'server:failing'),
			voice: id,
		},
		// In its place, where a voice failed.
		'Second Voice': { text: INSTEAD, engine: 'server:failing', voice: 'spare' },
		Tool: { name: 'look_up', description: 'Looks it up', jsCode: 'return "nothing";' },
	};
	const settings = {
		stop: {},
		continue: { onError: 'continueRegularOutput' },
		'error output': { onError: 'continueErrorOutput' },
		retry: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 },
	}[mode];
	const goesOn = mode === 'continue' || mode === 'error output';
	const names = ['Transcribe', 'Llama Chat', 'Orpheus Speak', ...(node === 'Orpheus Speak' && goesOn ? ['Second Voice'] : [])];
	const types: Record<string, string> = { Transcribe: 'transcribe', 'Llama Chat': 'llamaChat' };
	const trigger = {
		name: 'Voice Session Trigger',
		type: 'n8n-nodes-voice-loop.voiceSessionTrigger',
		webhookId: id,
		parameters: { path: id, callers: 'anyone', turnTaking: {}, options: { greeting: '', emitCallEvents: false } },
	};
	const nodes = names.map((name) => ({
		name,
		type: `n8n-nodes-voice-loop.${types[name] ?? 'orpheusSpeak'}`,
		parameters: parameters[name] ?? {},
		...(name === node ? settings : {}),
	}));
	const tool = { name: 'Tool', type: '@n8n/n8n-nodes-langchain.toolCode', parameters: parameters.Tool, typeVersion: 1.1 };
	const all = [trigger, ...nodes, ...(fault === 'tool limit' ? [tool] : [])];
	const main = (from: string, to: string, output = 0) => [from, { main: [...Array.from({ length: output }, () => []), [{ node: to, type: 'main', index: 0 }]] }] as const;
	const links = ['Voice Session Trigger', ...names].slice(0, -1).map((from, index) => {
		// What failed goes the way of the error output; what did well goes nowhere in these workflows.
		return main(from, names[index] ?? '', from === node && mode === 'error output' ? 1 : 0);
	});
	return {
		name: `${node}: ${fault}, ${mode}`,
		nodes: all.map((each, index) => ({ typeVersion: 1, position: [200 * index, 0], id: `${id}-${index}`, ...each })),
		connections: { ...Object.fromEntries(links), ...(fault === 'tool limit' ? { Tool: { ai_tool: [[{ node: 'Llama Chat', type: 'ai_tool', index: 0 }]] } } : {}) },
		settings: { executionOrder: 'v1' },
	};
}
