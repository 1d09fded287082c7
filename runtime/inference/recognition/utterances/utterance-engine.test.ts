// Guards against: a recogniser of whole utterances that breaks a recogniser's rules, or works for silence and for nobody.
// Its worker hears whistles, in a process from dist/: test/fresh-build.mjs builds it.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transcribeSettings } from '../../../contract/agent-settings';
import { joinPcm, LISTEN_RATE } from '../../../audio/pcm';
import { RpcClient } from '../../../rpc/client';
import type { Pipe, WireMessage } from '../../../rpc/protocol';
import { serve } from '../../../rpc/server';
import { whistler, writeToneRecogniser } from '../../fixtures/tone-recogniser.fixture';
import { describeRecogniser } from '../conformance.fixture';
import type { StreamingRecogniser } from '../engine';
import { createRecogniser } from '../recognisers';
import { UtteranceEngine } from './utterance-engine';
import { UtterancePool } from './utterance-pool';
import type { UtteranceWorker } from './utterance-workers';
import { utteranceWorkerProtocol } from './worker-protocol';

const SENTENCES = ['move my appointment to friday at noon', 'what is on my calendar', 'book dinner for two on friday'] as const;

const root = mkdtempSync(path.join(os.tmpdir(), 'utterance-engine-'));
writeToneRecogniser(path.join(root, 'tones'), SENTENCES);
let ears: StreamingRecogniser | undefined;
afterAll(async () => {
	await ears?.close();
	rmSync(root, { recursive: true });
});

/** Two ends of one pipe, as text, as between processes. */
function pipes(): { readonly here: Pipe; readonly there: Pipe; readonly end: () => void } {
	const onMessage: Array<Array<(message: unknown) => void>> = [[], []];
	const onClose: Array<() => void> = [];
	const pipe = (mine: number): Pipe => ({
		send: (message: WireMessage) => setImmediate(() => onMessage[1 - mine]?.forEach((listener) => listener(message))),
		onMessage: (listener) => onMessage[mine]?.push(listener),
		onClose: (listener) => onClose.push(listener),
	});
	return { here: pipe(0), there: pipe(1), end: () => onClose.forEach((listener) => listener()) };
}

async function whistleWorker(onAsked: () => void): Promise<UtteranceWorker> {
	ears ??= await createRecogniser(path.join(root, 'tones'));
	const listening = ears;
	const { here, there, end } = pipes();
	serve(utteranceWorkerProtocol, there, {
		load: async () => await Promise.resolve({}),
		recognise: async ({ pcm }) => {
			onAsked();
			const { text, understood, confidence } = await listening.transcribeAll(transcribeSettings.parse({}), joinPcm(pcm));
			return { recognition: { text, understood, confidence }, coreMs: 10, memoryBytes: 1 };
		},
	});
	const client = new RpcClient(utteranceWorkerProtocol, here, 'VOICE_ERR_INFERENCE_LOST');
	let gone = (): void => undefined;
	const ended = new Promise<void>((resolve) => (gone = resolve));
	const stop = async (): Promise<void> => {
		end();
		gone();
		await ended;
	};
	return { client, ended, stop };
}

async function open(languages?: readonly string[], onAsked = (): void => undefined): Promise<UtteranceEngine> {
	const pool = new UtterancePool({ start: async () => await whistleWorker(onAsked), cores: 2, availableBytes: () => 2 ** 30 });
	await pool.ready();
	return new UtteranceEngine(pool, languages);
}

describeRecogniser('a recogniser of whole utterances', { open: async () => await open(), sentences: SENTENCES, speaker: async () => await Promise.resolve(whistler(SENTENCES)), partials: false });

const listener = { onPartial: () => undefined, onFailed: () => undefined };

it('asks no worker about silence, and once about an utterance that is asked for twice', async () => {
	let asked = 0;
	const engine = await open(undefined, () => asked++);
	const stream = await engine.open(transcribeSettings.parse({}), listener);
	stream.push(new Int16Array(LISTEN_RATE));
	expect(await stream.flush()).toMatchObject({ understood: false });
	expect(asked).toBe(0);
	stream.push(whistler(SENTENCES)(SENTENCES[1]));
	const [once, twice] = await Promise.all([stream.flush(), stream.flush()]);
	expect(once).toEqual(twice);
	expect(once).toEqual(await stream.flush());
	expect(asked).toBe(1);
	await stream.close();
	await engine.close();
});

it('hears two minutes of one utterance in one piece, though a message carries less', async () => {
	const engine = await open();
	const stream = await engine.open(transcribeSettings.parse({}), listener);
	const quiet = whistler(SENTENCES)(SENTENCES[0]);
	for (let from = 0; from < 110 * LISTEN_RATE; from += quiet.length) stream.push(quiet);
	const { text } = await stream.flush();
	expect(text.split(SENTENCES[0]).length).toBeGreaterThan(20);
	await stream.close();
	await engine.close();
});

it('refuses a language that the model does not understand when it is opened', async () => {
	const engine = await open(['en']);
	await expect(engine.open(transcribeSettings.parse({ language: 'de' }), listener)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	await expect(engine.transcribeAll(transcribeSettings.parse({ language: 'de' }), new Int16Array(0))).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	await engine.close();
});
