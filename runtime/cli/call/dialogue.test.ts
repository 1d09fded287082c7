// Guards against a caller that waits for ever, talks over the agent uninvited, or takes no answer for one.
import type { PageEvent } from '../../contract/page-events';
import { ConversationLog } from './conversation-log';
import { Dialogue } from './dialogue';
import { CallerEar } from './ear';
import type { Spoken } from './microphone';
import type { CallTurn } from './report';
import type { ScriptLine } from './call-settings';

function turnId(n: number): string {
	return `t_${String(n).padStart(16, '0')}`;
}

/** An agent that does what `answer` does whenever something was said to it. */
function scene(answer: (say: { n: number; text: string; tell: (event: PageEvent) => void; sound: () => void }) => void, turnLimit = 1000) {
	let now = 0;
	const log = new ConversationLog();
	const ear = new CallerEar(false);
	const concluded: CallTurn[] = [];
	const said: string[] = [];
	let n = 0;
	const tell = (event: PageEvent): void => log.receive(event);
	const microphone = {
		say: async (pcm: Int16Array): Promise<Spoken> => {
			const text = String.fromCharCode(...pcm);
			said.push(`${text} (${log.state ?? 'nothing'})`);
			const from = now;
			now += 100;
			const sound = (): void => {
				now += 50;
				ear.hear({ samples: new Int16Array(160).fill(4000), sampleRate: 16_000 }, now);
			};
			const turn = ++n;
			setImmediate(() => answer({ n: turn, text, tell, sound }));
			return await Promise.resolve({ from, to: now });
		},
	};
	tell({ type: 'state', state: 'listening' });
	const dialogue = new Dialogue({
		clock: { now: () => now },
		microphone: microphone as never,
		ear,
		log,
		turnLimit,
		onTurn: (turn) => concluded.push(turn),
	});
	const run = async (lines: ScriptLine[]): Promise<CallTurn[]> => {
		await dialogue.run(lines, lines.map(({ text }) => Int16Array.from(text, (letter) => letter.charCodeAt(0))));
		return dialogue.turns;
	};
	return { run, said, concluded, log };
}

function wholeTurn({ n, text, tell, sound }: Parameters<Parameters<typeof scene>[0]>[0]): void {
	tell({ type: 'caption.final', turnId: turnId(n), text, understood: true });
	tell({ type: 'state', state: 'speaking' });
	sound();
	tell({ type: 'reply.heard', turnId: turnId(n), text: `re: ${text}`, interrupted: false });
	tell({ type: 'turn.finished', turnId: turnId(n), timings: { e2e_latency: 40 } });
	tell({ type: 'state', state: 'listening' });
}

it('says each line when the one before is answered', async () => {
	const { run, said, concluded } = scene(wholeTurn);
	const turns = await run([{ text: 'hello' }, { text: 'book' }]);
	expect(said).toEqual(['hello (listening)', 'book (listening)']);
	expect(turns).toMatchObject([
		{ said: 'hello', heard: 'hello', reply: 're: hello', answered: true, timings: { e2e_latency: 40 } },
		{ said: 'book', reply: 're: book', answered: true },
	]);
	expect(turns[0]?.responseMs).toBeCloseTo(40);
	expect(concluded).toEqual(turns);
});

it('interrupts the answer, and both turns come to their end', async () => {
	const { run, said } = scene(({ n, text, tell, sound }) => {
		if (n === 1) {
			tell({ type: 'caption.final', turnId: turnId(1), text, understood: true });
			tell({ type: 'state', state: 'speaking' });
			sound();
			return;
		}
		tell({ type: 'reply.heard', turnId: turnId(1), text: 'the', interrupted: true });
		tell({ type: 'turn.finished', turnId: turnId(1), timings: {} });
		wholeTurn({ n, text, tell, sound });
	});
	const turns = await run([{ text: 'list' }, { text: 'stop', bargeInMs: 5 }]);
	expect(said).toEqual(['list (listening)', 'stop (speaking)']);
	expect(turns).toMatchObject([
		{ heard: 'list', interrupted: true, answered: true },
		{ heard: 'stop', answered: true, silencedMs: 0 },
	]);
});

it('a turn that fails is no answer, and the next line is said', async () => {
	const { run } = scene((say) => {
		if (say.n === 2) return wholeTurn(say);
		say.tell({ type: 'caption.final', turnId: turnId(1), text: say.text, understood: true });
		say.tell({
			type: 'error',
			turnId: turnId(1),
			error: { code: 'VOICE_ERR_WORKFLOW_FAILED', message: 'failed', remedy: 'look' },
		});
		say.tell({ type: 'state', state: 'listening' });
	});
	const turns = await run([{ text: 'a' }, { text: 'b' }]);
	expect(turns.map(({ answered }) => answered)).toEqual([false, true]);
	expect(turns[0]?.error?.code).toBe('VOICE_ERR_WORKFLOW_FAILED');
});

it('knows a turn of which nothing was recognised by its failure, and does not wait for it', async () => {
	const error = { code: 'VOICE_ERR_WORKFLOW_FAILED', message: 'failed', remedy: 'look' } as const;
	const { run, log } = scene(({ n, tell }) => tell({ type: 'error', turnId: turnId(n), error }));
	expect(await run([{ text: 'one' }])).toMatchObject([{ turnId: turnId(1), error }]);
	expect(log.errors).toEqual([]);
});

it('an agent that says nothing is waited for as long as allowed', async () => {
	const { run } = scene(() => undefined, 20);
	const turns = await run([{ text: 'a' }]);
	expect(turns).toMatchObject([{ answered: false, error: { code: 'VOICE_ERR_TURN_ABANDONED' } }]);
});

it('a reply without a sound is no answer', async () => {
	const { run } = scene((say) => wholeTurn({ ...say, sound: () => undefined }));
	expect(await run([{ text: 'a' }])).toMatchObject([{ answered: false }]);
});

it('stops when the call ends', async () => {
	const { run, said } = scene(({ tell }) => tell({ type: 'session.ended', reason: 'bye' }));
	const turns = await run([{ text: 'a' }, { text: 'b' }]);
	expect(said).toHaveLength(1);
	expect(turns).toMatchObject([{ said: 'a', answered: false }]);
});

it('speech that the agent took up again belongs to the same line', async () => {
	const { run } = scene((say) => {
		say.tell({ type: 'caption.final', turnId: turnId(7), text: 'book a', understood: true });
		wholeTurn({ ...say, n: 8, text: 'book a dentist' });
	});
	expect(await run([{ text: 'book a, dentist' }])).toMatchObject([{ turnId: turnId(8), heard: 'book a dentist', answered: true }]);
});
