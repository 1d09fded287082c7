// Guards against: events that are lost, glued together or cut where a network cuts, and a stream that fills the memory.
import fc from 'fast-check';
import { readEvents, untilDone } from './event-stream';

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
	let at = 0;
	for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, two) => one - two), bytes.length]) {
		yield bytes.subarray(at, cut);
		at = cut;
	}
}

async function read(text: string, cuts: readonly number[] = []): Promise<string[]> {
	const events: string[] = [];
	for await (const event of readEvents(pieces(Buffer.from(text), cuts))) events.push(event);
	return events;
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((value) => !/[\r\n]/.test(value) && !value.startsWith(' '));
const end = fc.constantFrom('\n', '\r\n', '\r');

it('reads every event whole, whatever lies between them and wherever the bytes are cut', async () => {
	const between = fc.constantFrom('', ': a comment', 'event: ping', 'id: 7', 'retry: 10', ':');
	const event = fc.tuple(fc.array(text, { minLength: 1, maxLength: 3 }), between, fc.constantFrom('data: ', 'data:'));
	await fc.assert(
		fc.asyncProperty(fc.array(event, { maxLength: 6 }), end, fc.array(fc.nat(), { maxLength: 30 }), async (events, line, cuts) => {
			const sent = events.map(([data, noise, field]) => [...(noise === '' ? [] : [noise]), ...data.map((part) => field + part), '', ''].join(line)).join('');
			expect(await read(sent, cuts)).toEqual(events.map(([data]) => data.join('\n')));
		}),
		{ numRuns: 300 },
	);
});

it('reads a byte at a time, inside letters of several bytes', async () => {
	const sent = 'data: {"text":"Größe 😀 유나"}\r\n\r\ndata: [DONE]\r\n\r\n';
	const all = Array.from({ length: Buffer.byteLength(sent) }, (_, index) => index);
	expect(await read(sent, all)).toEqual(['{"text":"Größe 😀 유나"}', '[DONE]']);
});

it('gives a last event that has no empty line after it', async () => {
	expect(await read('data: one\n\ndata: two')).toEqual(['one', 'two']);
});

it('reads an error line of an older llama-server as an error', async () => {
	expect(await read('error: {"message":"slot lost"}\n\n')).toEqual(['{"error":{"message":"slot lost"}}']);
});

it('says whether the end was announced, and reads nothing after it', async () => {
	const ended = async (sent: string): Promise<[string[], boolean]> => {
		const events = untilDone(readEvents(pieces(Buffer.from(sent), [])));
		const given: string[] = [];
		for (;;) {
			const next = await events.next();
			if (next.done) return [given, next.value];
			given.push(next.value);
		}
	};
	expect(await ended('data: a\n\ndata: [DONE]\n\ndata: b\n\n')).toEqual([['a'], true]);
	expect(await ended('data: a\n\n')).toEqual([['a'], false]);
});

it.each([
	['one line of 100 MB', 'data: ', 'x'.repeat(100_000)],
	['a line of 100 MB without a field', '', 'x'.repeat(100_000)],
	['an event of 100 MB in many lines', '', `data: ${'x'.repeat(99_000)}\n`],
])('gives up %s after a small part of it', async (_name, head, piece) => {
	let sent = 0;
	const endless = async function* (): AsyncGenerator<Uint8Array> {
		yield Buffer.from(head);
		for (; sent < 1000; sent++) yield Buffer.from(piece);
	};
	const first = readEvents(endless()).next();
	await expect(first).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', message: expect.stringContaining('1 MiB') as string });
	expect(sent).toBeLessThan(20);
});
