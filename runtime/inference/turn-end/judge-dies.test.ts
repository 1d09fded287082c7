// Guards against: a call that fails, or is never judged again, because the thread of the model that judges the end of a turn has died.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { log } from '../../lib/log';
import { turnEndOnnx } from '../fixtures/turn-end-onnx.fixture';
import { compiledRuntime } from '../workers/start-worker';
import { TurnEndJudge } from './turn-end-judge';

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-judge-dies-'));
const never = new AbortController().signal;
/** Whoever says this kills the thread; DIES_LATER does it after the answer. */
const DIES = 1;
const DIES_LATER = 2;
const ANSWERED = Int16Array.of(7);
let judge: TurnEndJudge;
let model: string;

beforeAll(() => {
	model = path.join(folder, 'judge.onnx');
	writeFileSync(model, turnEndOnnx());
	const runtime = compiledRuntime();
	const worker = path.join(folder, 'worker.js');
	writeFileSync(
		worker,
		`const { serve } = require(${JSON.stringify(path.join(runtime, 'rpc/server.js'))});
		const { pipeToStarter } = require(${JSON.stringify(path.join(runtime, 'rpc/pipes.js'))});
		const { turnEndWorkerProtocol } = require(${JSON.stringify(path.join(runtime, 'inference/turn-end/worker-protocol.js'))});
		const die = () => setImmediate(() => { throw new Error('as if it had run out of memory'); });
		serve(turnEndWorkerProtocol, pipeToStarter(), {
			load: async () => ({}),
			judge: async ({ pcm }) => {
				if (pcm[0] === ${DIES}) { die(); return await new Promise(() => undefined); }
				if (pcm[0] === ${DIES_LATER}) setTimeout(die, 20);
				return { probability: 0.5 };
			},
			stop: async () => { setImmediate(() => process.exit(0)); return {}; },
		});`,
	);
	judge = new TurnEndJudge(async () => await Promise.resolve(model), path.relative(runtime, worker));
});
afterAll(async () => {
	await judge.close();
	rmSync(folder, { recursive: true });
});
afterEach(() => jest.restoreAllMocks());

jest.setTimeout(60_000);

it('the question that it dies of fails with a code, which is logged; the next one is answered by another thread', async () => {
	const warn = jest.spyOn(log, 'warn').mockImplementation(() => undefined);
	await expect(judge.judge(model, ANSWERED, never)).resolves.toEqual({ probability: 0.5 });
	await expect(judge.judge(model, Int16Array.of(DIES), never)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	expect(warn).toHaveBeenCalledWith(expect.objectContaining({ code: 'VOICE_ERR_MODEL_FAILED' }), 'the end of a turn is judged without the audio model');
	await expect(judge.judge(model, ANSWERED, never)).resolves.toEqual({ probability: 0.5 });
});

it('the questions that wait behind it are answered by another thread', async () => {
	jest.spyOn(log, 'warn').mockImplementation(() => undefined);
	const dying = judge.judge(model, Int16Array.of(DIES), never);
	const waiting = [judge.judge(model, ANSWERED, never), judge.judge(model, ANSWERED, never)];
	await expect(dying).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	await expect(Promise.all(waiting)).resolves.toEqual([{ probability: 0.5 }, { probability: 0.5 }]);
});

it('one that dies while nobody asks is not missed', async () => {
	await judge.judge(model, Int16Array.of(DIES_LATER), never);
	await new Promise((resolve) => setTimeout(resolve, 300));
	await expect(judge.judge(model, ANSWERED, never)).resolves.toEqual({ probability: 0.5 });
});
