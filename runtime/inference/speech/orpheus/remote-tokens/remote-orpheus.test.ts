// Guards against: an Orpheus on a server that sounds otherwise than one on this machine.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinPcm } from '../../../../audio/pcm';
import { scriptedFrames } from '../../../fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../../../fixtures/snac-onnx.fixture';
import { OrpheusVoice } from '../orpheus-voice';
import { SnacDecoder } from '../snac/snac-decoder';
import { splitOf } from '../snac/split';
import { toPcm } from '../../join';
import { describeVoice } from '../../conformance.fixture';
import { audioNumbers, COMPLETIONS_DIALECTS, completionsRoutes } from '../../../openai-client/fixtures/completions-routes.fixture';
import { FixtureServer } from '../../../openai-client/fixtures/fixture-server.fixture';
import { CompletionsSource } from './completions-source';

jest.setTimeout(180_000);

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-remote-orpheus-'));
const decoder = new SnacDecoder(path.join(folder, 'snac.onnx'), splitOf(1));
const never = new AbortController().signal;
function written(speech: number, frames: number): number[] {
	return audioNumbers(scriptedFrames(speech, frames));
}
const SCRIPT = [
	{ when: 'Yes', written: written(1, 5) },
	{ when: 'No', written: written(2, 8) },
	{ when: '', written: written(0, 40) },
];

beforeAll(() => writeSnac(path.join(folder, 'snac.onnx'), SMALL_SNAC));
afterAll(async () => {
	await decoder.close();
	rmSync(folder, { recursive: true });
});

describe.each(COMPLETIONS_DIALECTS)('Orpheus on a server that speaks like %s', (dialect) => {
	let server: FixtureServer;
	const open = (): OrpheusVoice =>
		new OrpheusVoice(new CompletionsSource(server.client({ warmUp: true, limits: { stallMs: 2000 } })), decoder, { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 });

	beforeAll(async () => {
		server = await FixtureServer.start(completionsRoutes({ dialect, script: SCRIPT }));
	});
	afterAll(async () => await server.stop());

	if (dialect === 'vllm') describeVoice('passes the rules of a voice', open);

	it('says what the server wrote, sample by sample', async () => {
		const sounds: Int16Array[] = [];
		for await (const { pcm } of open().speak('Hello there.', { voice: '', speed: 1 }, never)) sounds.push(pcm);
		const straight = toPcm(await decoder.decode(scriptedFrames(0, 40), never));
		const sound = joinPcm(sounds);
		expect(sound).toHaveLength(straight.length);
		expect(straight.reduce((most, sample, at) => Math.max(most, Math.abs(sample - sound[at]!)), 0)).toBeLessThanOrEqual(1);
	});

	it('plays what came before the server stopped, then says so', async () => {
		const voice = open();
		await voice.warm('');
		server.next({ kind: 'stall', after: 60 });
		let samples = 0;
		const speaking = (async () => {
			for await (const { pcm } of voice.speak('Hello there.', { voice: '', speed: 1 }, never)) samples += pcm.length;
		})();
		await expect(speaking).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
		expect(samples).toBeGreaterThan(0);
	});
});
