import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CallTurn } from '../runtime/cli/call/report';
import { withAgent } from './agent';
import { type Figure, flag, option, percentile, report, run } from './report';
import { type EngineTimes, FixedEngines } from './tail/fixed-engines';

/**
 * What the product itself takes of a turn, and how rarely it takes long: 500 turns in real n8n over real WebRTC, with engines
 * that always take the same time. Every turn ends after 300 ms of silence and nothing is begun early, unless `--speculation` says how:
 * then a turn ends as it does by default, and its work may be over before.
 *
 *     npm run bench tail [-- --json] [--turns N] [--callers N] [--speculation off|auto|workflow|model|modelAndVoice] [--each FILE]
 */
const TURNS = Number(option('--turns', '500'));
const speculation = option('--speculation', 'off');
const early = speculation !== 'off';
const CALLERS = Number(option('--callers', early ? '1' : '2'));
const each = option('--each', '');
const ONLY_SILENCE = { audioJudge: 'off', minSilenceMs: 300, endSilenceMs: 300, maxSilenceMs: 300 };
/** No stage takes longer in any turn. */
const MOST_MS = 100;
const WORST = 10;

interface Measured {
	readonly turn: CallTurn;
	/** ms, by stage. */
	readonly stages: Readonly<Record<string, number>>;
}

/** What lies between the engines' answers and questions, and what of it the runtime has timed itself. */
function measured(turn: CallTurn, { textAt, finalAt, chatAt, sentenceAt, voiceAt, firstByteAt }: EngineTimes): Measured | undefined {
	const { timings, heardAt } = turn;
	if (!timings || heardAt === undefined || chatAt === undefined || sentenceAt === undefined || voiceAt === undefined || firstByteAt === undefined) return undefined;
	const { workflow_delay = 0, nodes_delay = 0, playout_delay = 0, transcription_delay = 0, e2e_latency = 0, eou_delay = 0 } = timings;
	// The runtime's times count from the end of speech, and the text was there a moment after the server had sent it.
	const speechEndAt = textAt - transcription_delay;
	const sentAt = speechEndAt + e2e_latency;
	const toChat = chatAt - finalAt;
	if (early) {
		// What was there before the turn was over, nobody has waited for.
		const waited = (from: number, to: number): number => Math.max(0, to - Math.max(from, speechEndAt + eou_delay));
		return {
			turn,
			stages: {
				'end of speech -> text': transcription_delay,
				'end of speech -> end of turn': eou_delay,
				'text -> chat': toChat,
				'end of turn -> chat': waited(finalAt, chatAt),
				'sentence -> voice': voiceAt - sentenceAt,
				'first byte -> ear': waited(firstByteAt, heardAt),
				'end of speech -> sent': e2e_latency,
				'sent -> ear': heardAt - sentAt,
			},
		};
	}
	return {
		turn,
		stages: {
			'text -> chat': toChat,
			'text -> turn, and model -> chat': toChat - workflow_delay - nodes_delay,
			'turn -> first node': workflow_delay,
			'first node -> model': nodes_delay,
			'sentence -> voice': voiceAt - sentenceAt,
			'first byte -> ear': heardAt - firstByteAt,
			'first byte -> sound': sentAt - playout_delay - firstByteAt,
			'sound -> sent': playout_delay,
			'sent -> ear': heardAt - sentAt,
		},
	};
}

const AIMS: Readonly<Record<string, number>> = { [early ? 'end of turn -> chat' : 'text -> chat']: 30, 'first byte -> ear': 80 };

function told(all: readonly Measured[]): void {
	for (const [stage, aim] of Object.entries(AIMS)) {
		const times = all.map(({ stages }) => stages[stage] ?? Number.NaN);
		const p95 = percentile(times, 0.95);
		const over = times.filter((ms) => ms > MOST_MS).length;
		console.error(`${stage}: p50 ${percentile(times, 0.5).toFixed(1)}, p95 ${p95.toFixed(1)} (aim ${aim}: ${p95 <= aim ? 'met' : 'missed'}), max ${Math.max(...times).toFixed(1)}, over ${MOST_MS} ms in ${over} of ${times.length} turns (aim 0: ${over === 0 ? 'met' : 'missed'})`);
	}
	for (const stage of Object.keys(AIMS)) {
		console.error(`\nthe longest of ${stage}, ms:`);
		const worst = [...all].sort((a, b) => (b.stages[stage] ?? 0) - (a.stages[stage] ?? 0)).slice(0, WORST);
		console.table(worst.map(({ stages }) => Object.fromEntries(Object.entries(stages).map(([name, ms]) => [name, Math.round(ms)]))));
	}
}

async function withServers(engines: FixedEngines, act: () => Promise<void>): Promise<void> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-tail-'));
	try {
		const servers = path.join(folder, 'servers.json');
		const fixed = { baseUrl: engines.url, transcribe: { model: 'fixed' }, chat: { model: 'fixed' }, speak: { kind: 'speech', model: 'fixed', voices: ['alloy'] } };
		await writeFile(servers, JSON.stringify({ fixed }), { mode: 0o600 });
		// The runtime takes its settings from this process.
		process.env.VOICE_LOOP_SERVERS = servers;
		await act();
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function main(): Promise<void> {
	if (early && CALLERS > 1) throw new Error('--speculation needs --callers 1: the recogniser tells no callers apart.');
	const engines = await new FixedEngines(early).start();
	const all: Measured[] = [];
	let calls = 0;
	try {
		await withServers(engines, async () => {
			await withAgent(async (agent) => {
				const model = { __rl: true, mode: 'path', value: 'server:fixed' };
				await agent.change('Transcribe', { model });
				await agent.change('Llama Chat', { model, tools: {} });
				await agent.change('Orpheus Speak', { engine: 'server:fixed', voice: '' });
				await agent.call(['--say', 'hello', '--say', 'hello']);
				const lines = ['--say', 'hello', '--turns', String(Math.ceil(TURNS / CALLERS))];
				const reports = await Promise.all(Array.from({ length: CALLERS }, async () => await agent.call(lines)));
				for (const { turns } of reports) {
					calls += turns.length;
					for (const turn of turns) {
						const times = engines.named(turn.heard ?? '');
						const found = times && measured(turn, times);
						if (found) all.push(found);
					}
				}
			}, { turnTaking: early ? {} : ONLY_SILENCE, options: { greeting: '', emitCallEvents: false, speculation } });
		});
	} finally {
		await engines.stop();
	}
	if (each !== '') await writeFile(each, all.map((one) => `${JSON.stringify(one)}\n`).join(''));
	const names = Object.keys(all[0]?.stages ?? {});
	report(names.map((name): Figure => ({ name, unit: 'ms', samples: all.map(({ stages }) => stages[name] ?? Number.NaN), bound: AIMS[name] ?? Number.NaN })));
	if (!flag('--json')) told(all);
	if (all.length < calls) console.error(`${calls - all.length} of ${calls} turns were not answered, or not measured.`);
}

run(main);
