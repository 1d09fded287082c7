// Guards against calls that hang, cross or break a process when the other side lies, dies or is slow.
import { z } from 'zod';
import { VoiceError } from '../contract/errors';
import { RpcClient } from './client';
import type { Protocol, Pipe, WireMessage } from './protocol';
import { type Handlers, serve } from './server';

const protocol = {
	echo: {
		params: z.object({ text: z.string() }),
		input: z.string(),
		event: z.string(),
		result: z.object({ text: z.string() }),
	},
} as const satisfies Protocol;

/** Two pipe ends that hand messages over in the next tick, as a real pipe does. */
function pipes(): { left: Pipe; right: Pipe; close: () => void; sent: WireMessage[] } {
	const sent: WireMessage[] = [];
	const ends = [0, 1].map(() => ({ messages: [] as Array<(m: unknown) => void>, closes: [] as Array<() => void> }));
	const end = (own: number): Pipe => ({
		send: (message) => {
			sent.push(message);
			process.nextTick(() => ends[1 - own]?.messages.forEach((listener) => listener(structuredClone(message))));
		},
		onMessage: (listener) => ends[own]?.messages.push(listener),
		onClose: (listener) => ends[own]?.closes.push(listener),
	});
	return { left: end(0), right: end(1), sent, close: () => ends.forEach(({ closes }) => closes.forEach((l) => l())) };
}

function connect(handlers: Handlers<typeof protocol>) {
	const wires = pipes();
	serve(protocol, wires.right, handlers);
	return { client: new RpcClient(protocol, wires.left, 'VOICE_ERR_INFERENCE_LOST'), ...wires };
}

test('events come before the result, in order, and inputs sent at once are kept for the handler', async () => {
	const { client } = connect({
		echo: async ({ text }, { emit, onInput }) =>
			await new Promise((resolve) => {
				onInput((word) => {
					if (word === 'end') resolve({ text });
					else emit(word);
				});
			}),
	});
	const heard: string[] = [];
	const call = client.call('echo', { text: 'x' }, (event) => heard.push(event));
	for (const word of ['a', 'b', 'c', 'end']) call.send(word);
	await expect(call.result).resolves.toEqual({ text: 'x' });
	expect(heard).toEqual(['a', 'b', 'c']);
});

test('parameters of a wrong shape are refused and never reach the handler', async () => {
	const handler = jest.fn();
	const { client } = connect({ echo: handler });
	await expect(client.call('echo', { text: 7 } as never).result).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	expect(handler).not.toHaveBeenCalled();
});

test('an operation the child does not know is an error, not a silence', async () => {
	const { left } = connect({ echo: async ({ text }) => ({ text }) });
	const other = new RpcClient({ ...protocol, nothing: protocol.echo }, left, 'VOICE_ERR_INFERENCE_LOST');
	await expect(other.call('nothing', { text: '' }).result).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
});

test('an input of a wrong shape is dropped and the call lives on', async () => {
	const { client } = connect({
		echo: async (_params, { onInput }) => await new Promise((resolve) => onInput((text) => resolve({ text }))),
	});
	const call = client.call('echo', { text: '' });
	call.send(1 as never);
	call.send('good');
	await expect(call.result).resolves.toEqual({ text: 'good' });
});

test('cancel reaches the handler as an aborted signal and the call ends as cancelled', async () => {
	const { client } = connect({
		echo: async (_params, { signal }) =>
			await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
	});
	const call = client.call('echo', { text: '' });
	call.cancel();
	await expect(call.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
});

test('all open calls fail with the lost code when the process dies, and so do later ones', async () => {
	const { client, close } = connect({ echo: async () => await new Promise(() => undefined) });
	const calls = [client.call('echo', { text: '1' }), client.call('echo', { text: '2' })];
	close();
	for (const call of [...calls, client.call('echo', { text: '3' })]) {
		await expect(call.result).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
	}
});

test('the death of the caller aborts what the child does for it', async () => {
	let seen: AbortSignal | undefined;
	const { client, close } = connect({
		echo: async (_params, { signal }) => {
			seen = signal;
			return await new Promise(() => undefined);
		},
	});
	client.call('echo', { text: '' }).result.catch(() => undefined);
	await new Promise((resolve) => setImmediate(resolve));
	close();
	expect(seen?.aborted).toBe(true);
});

test('a thrown VoiceError keeps its code and remedy across the pipe; any other error becomes internal', async () => {
	const thrown = new VoiceError('VOICE_ERR_MODEL_BROKEN', 'damaged', { remedy: 'fetch it again' });
	const known = connect({ echo: async () => await Promise.reject(thrown) });
	await expect(known.client.call('echo', { text: '' }).result).rejects.toMatchObject({
		code: 'VOICE_ERR_MODEL_BROKEN',
		remedy: 'fetch it again',
	});
	const unknown = connect({ echo: async () => await Promise.reject(new TypeError('x is undefined')) });
	await expect(unknown.client.call('echo', { text: '' }).result).rejects.toMatchObject({ code: 'VOICE_ERR_INTERNAL' });
});

test('a result of a wrong shape is an error of ours, not data', async () => {
	const { client } = connect({ echo: async () => ({ wrong: true }) as never });
	await expect(client.call('echo', { text: '' }).result).rejects.toMatchObject({ code: 'VOICE_ERR_INTERNAL' });
});

test('garbage on the pipe is passed over by both ends', async () => {
	const { client, left, right } = connect({ echo: async ({ text }) => ({ text }) });
	for (const rubbish of [null, 'x', 12, { kind: 'call' }, { kind: 'result', id: 'one' }]) {
		left.send(rubbish as never);
		right.send(rubbish as never);
	}
	await expect(client.call('echo', { text: 'still here' }).result).resolves.toEqual({ text: 'still here' });
});

test('a listener that throws fails its own call, stops its work, and leaves the others alone', async () => {
	const aborted: string[] = [];
	const { client, sent } = connect({
		echo: async ({ text }, { emit, onInput, signal }) =>
			await new Promise((resolve, reject) => {
				signal.addEventListener('abort', () => {
					aborted.push(text);
					reject(new Error('stopped'));
				});
				onInput((word) => (word === 'end' ? resolve({ text }) : emit(word)));
			}),
	});
	const heard: string[] = [];
	const listener = jest.fn(() => {
		throw new TypeError('x is undefined');
	});
	const broken = client.call('echo', { text: 'broken' }, listener);
	const good = client.call('echo', { text: 'good' }, (event) => heard.push(event));
	broken.send('a');
	broken.send('a');
	good.send('b');
	await expect(broken.result).rejects.toMatchObject({ code: 'VOICE_ERR_INTERNAL', message: expect.stringContaining('x is undefined') });
	broken.send('c');
	good.send('end');
	await expect(good.result).resolves.toEqual({ text: 'good' });
	expect(heard).toEqual(['b']);
	expect(listener).toHaveBeenCalledTimes(1);
	expect(aborted).toEqual(['broken']);
	expect(sent.filter(({ kind }) => kind === 'cancel')).toHaveLength(1);
});

test('a handler whose input listener throws fails its own call once, and leaves the others alone', async () => {
	let signalOfBroken: AbortSignal | undefined;
	const { client, sent } = connect({
		echo: async ({ text }, { onInput, signal }) =>
			await new Promise((resolve, reject) => {
				if (text === 'broken') signalOfBroken = signal;
				signal.addEventListener('abort', () => reject(new Error('stopped')));
				onInput((word) => {
					if (text === 'broken') throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The model failed.');
					resolve({ text: word });
				});
			}),
	});
	const broken = client.call('echo', { text: 'broken' });
	const good = client.call('echo', { text: 'good' });
	broken.send('a');
	broken.send('b');
	await expect(broken.result).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	good.send('b');
	await expect(good.result).resolves.toEqual({ text: 'b' });
	expect(signalOfBroken?.aborted).toBe(true);
	expect(sent.filter(({ kind }) => kind === 'error')).toHaveLength(1);
});

test('inputs that come before the handler listens are kept in order, and followed by those that come later', async () => {
	let listen: (() => void) | undefined;
	const got: string[] = [];
	const { client } = connect({
		echo: async ({ text }, { onInput }) => {
			await new Promise<void>((resolve) => (listen = resolve));
			return await new Promise((resolve) => onInput((word) => (word === 'end' ? resolve({ text }) : void got.push(word))));
		},
	});
	const call = client.call('echo', { text: 'x' });
	for (const word of ['a', 'b']) call.send(word);
	await new Promise((resolve) => setImmediate(resolve));
	expect(got).toEqual([]);
	listen?.();
	await new Promise((resolve) => setImmediate(resolve));
	for (const word of ['c', 'end']) call.send(word);
	await call.result;
	expect(got).toEqual(['a', 'b', 'c']);
});

test('an event of a wrong shape is dropped, and the call lives on', async () => {
	const heard: string[] = [];
	const { client } = connect({
		echo: async ({ text }, { emit }) => {
			emit(7 as never);
			emit('good');
			return { text };
		},
	});
	await client.call('echo', { text: '' }, (event) => heard.push(event)).result;
	expect(heard).toEqual(['good']);
});

test('a second cancel changes nothing, nor does one of a call that has ended', async () => {
	let aborts = 0;
	const { client, sent } = connect({
		echo: async ({ text }, { signal }) =>
			await new Promise((resolve, reject) => {
				if (text === 'short') resolve({ text });
				signal.addEventListener('abort', () => {
					aborts++;
					reject(new Error('stopped'));
				});
			}),
	});
	const call = client.call('echo', { text: 'long' });
	call.cancel();
	call.cancel();
	await expect(call.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	expect(aborts).toBe(1);
	const short = client.call('echo', { text: 'short' });
	await short.result;
	const { length } = sent;
	short.cancel();
	short.send('late');
	expect(sent).toHaveLength(length);
});

test('a result that crosses with its cancel counts, and what the handler still says is not sent', async () => {
	let emit: (text: string) => void = () => undefined;
	const { client, sent } = connect({
		echo: async ({ text }, context) => {
			emit = context.emit;
			return { text };
		},
	});
	const call = client.call('echo', { text: 'x' });
	process.nextTick(() => call.cancel());
	await expect(call.result).resolves.toEqual({ text: 'x' });
	const { length } = sent;
	emit('late');
	expect(sent).toHaveLength(length);
});

test('a pipe that closes twice fails each call once, and aborts its work once', async () => {
	let aborts = 0;
	const { client, close } = connect({
		echo: async (_params, { signal }) => {
			signal.addEventListener('abort', () => aborts++);
			return await new Promise(() => undefined);
		},
	});
	const call = client.call('echo', { text: '' });
	const failures: unknown[] = [];
	call.result.catch((error: unknown) => failures.push(error));
	await new Promise((resolve) => setImmediate(resolve));
	close();
	close();
	await new Promise((resolve) => setImmediate(resolve));
	expect(failures).toMatchObject([{ code: 'VOICE_ERR_INFERENCE_LOST', message: expect.stringContaining('"echo"') }]);
	expect(aborts).toBe(1);
});

test('nothing is sent into a pipe that has closed', async () => {
	const { client, close, sent } = connect({ echo: async () => await new Promise(() => undefined) });
	const open = client.call('echo', { text: '' });
	open.result.catch(() => undefined);
	close();
	const { length } = sent;
	open.send('late');
	open.cancel();
	client.call('echo', { text: '' }).result.catch(() => undefined);
	expect(sent).toHaveLength(length);
});
