// Guards against a language that the real runtime takes and does not speak by.
import { type RunningRuntime, startRuntime } from '../host/runtime-process';

let runtime: RunningRuntime;
beforeAll(async () => void (runtime = await startRuntime()));
afterAll(async () => await runtime.stop());

async function speech(text: string, speak: object): Promise<Response> {
	const headers = { authorization: `Bearer ${runtime.key}`, 'content-type': 'application/json' };
	return await fetch(`${runtime.url}/v1/speech`, { method: 'POST', headers, body: JSON.stringify({ text, speak }) });
}

async function spoken(text: string, speak: object = {}): Promise<Buffer> {
	const response = await speech(text, speak);
	expect(response.status).toBe(200);
	return Buffer.from(await response.arrayBuffer());
}

test('a date is said as it is where the text comes from', async () => {
	const april = await spoken('It is April third, twenty twenty-six.');
	const march = await spoken('It is March fourth, twenty twenty-six.');
	expect(april.equals(march)).toBe(false);
	expect((await spoken('It is 3/4/2026.', { language: 'en-GB' })).equals(april)).toBe(true);
	expect((await spoken('It is 3/4/2026.', { language: 'en-US' })).equals(march)).toBe(true);
	expect((await spoken('It is 3/4/2026.')).equals(march)).toBe(true);
});

test('a language too long to be one is refused, with the reason', async () => {
	const response = await speech('Hello.', { language: 'x'.repeat(36) });
	expect(response.status).toBe(400);
	expect(await response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining('language') } });
});
