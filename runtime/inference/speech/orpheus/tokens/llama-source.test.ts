// Guards against: a speech that goes on wrongly after a pause, paused speakers that keep a new one waiting, and a
// cancelled speech that keeps its place. Real model files, real llama.cpp.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scriptedFrames, writeScriptedOrpheus } from '../../../fixtures/orpheus-gguf.fixture';
import { CODES } from './frame-assembler';
import { type TokenSpeech, TokenSpeeches } from './token-speeches.fixture';

jest.setTimeout(120_000);

const FRAMES = 12;
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-tokens-'));
const model = path.join(folder, 'orpheus.gguf');
function numbersOf(speech: number, count: number): number[] {
	return scriptedFrames(speech, count).flatMap((frame) => frame.map((code, position) => 10 + position * CODES + code));
}
const whole = numbersOf(0, FRAMES);
const short = numbersOf(1, 1);
async function all(speech: TokenSpeech): Promise<number[]> {
	return await speech.pull(10_000);
}

afterAll(() => rmSync(folder, { recursive: true }));

describe.each([{}, { sequences: 4, contexts: 2 }])('LlamaTokenSource with %j', (size) => {
	let speeches: TokenSpeeches;
	beforeAll(() => {
		writeScriptedOrpheus(model, [{ frames: FRAMES }, { when: 'Yes', frames: 1 }, { when: 'Forever', frames: 30, endless: true }]);
		speeches = new TokenSpeeches(model, size);
	});
	afterAll(async () => {
		await speeches.stop();
	});

	/** Others speak on all places, so that whoever rests loses its own. */
	const others = async (): Promise<void> => {
		for (const numbers of await Promise.all(Array.from({ length: 5 }, async () => await all(await speeches.speak('Yes.'))))) expect(numbers).toEqual(short);
	};

	it('pauses and resumes at every frame, also where others took its place meanwhile', async () => {
		for (let frame = 0; frame <= FRAMES; frame++) {
			const speech = await speeches.speak('Hello there.');
			const before = await speech.pull(7 * frame);
			await others();
			expect([...before, ...(await all(speech))]).toEqual(whole);
		}
		const speech = await speeches.speak('Hello there.');
		const pulled: number[] = [];
		for (let frame = 0; frame <= FRAMES; frame++) {
			pulled.push(...(await speech.pull(7)));
			await others();
		}
		expect(pulled).toEqual(whole);
	});

	it('lets a new speaker on however many have paused, and all of them go on afterwards', async () => {
		const paused = await Promise.all(Array.from({ length: 9 }, async () => await speeches.speak('Hello there.')));
		const before = await Promise.all(paused.map(async (speech, index) => await speech.pull(index + 1)));
		expect(await all(await speeches.speak('Hello there.'))).toEqual(whole);
		const after = await Promise.all(paused.map(all));
		for (const [index, numbers] of after.entries()) expect([...before[index]!, ...numbers]).toEqual(whole);
	});

	it('stops within a token when cancelled, at every frame, and leaves its place', async () => {
		for (let frame = 0; frame <= FRAMES; frame++) {
			const speech = await speeches.speak('Hello there.');
			await speech.pull(7 * frame);
			await speech.abort();
			await expect(speech.pull(1)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		}
		const running = await speeches.speak('Forever.');
		const pulling = all(running);
		await running.abort();
		await expect(pulling).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		await others();
	});

	it('ends a speech at its limit, and one that would outgrow the context', async () => {
		expect(await all(await speeches.speak('Forever.', 100))).toHaveLength(100);
		const small = path.join(folder, 'small.gguf');
		writeScriptedOrpheus(small, [{ frames: 30, endless: true }], 0, 256);
		const cramped = new TokenSpeeches(small);
		const most = await all(await cramped.speak('Hello there.'));
		expect(most.length).toBeGreaterThan(200);
		expect(most.length).toBeLessThan(256);
		await cramped.stop();
	});
});
