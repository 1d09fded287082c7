// Guards against: a process or worker that hangs or dies because whoever it talks to is gone.
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { z } from 'zod';
import { pcm } from '../audio/pcm';
import { RpcClient } from './client';
import { pipeToChild, pipeToParent, pipeToStarter, pipeToWorker } from './pipes';
import { serve } from './server';
import type { Pipe, WireMessage } from './protocol';

const message: WireMessage = { kind: 'cancel', id: 1 };

describe('the pipe to a child', () => {
	function childOf(connected: boolean) {
		const send = jest.fn();
		const child = Object.assign(new EventEmitter(), { connected, send });
		return { child, send, pipe: pipeToChild(child as unknown as ChildProcess) };
	}

	it('sends and hears', () => {
		const { child, send, pipe } = childOf(true);
		const heard: unknown[] = [];
		pipe.onMessage((each) => heard.push(each));
		pipe.send(message);
		child.emit('message', message);
		// With a listener for the error of a pipe that breaks while it sends: without one it would be thrown.
		expect(send).toHaveBeenCalledWith(message, expect.any(Function));
		expect(heard).toEqual([message]);
	});

	it('sends nothing to a child that is dying', () => {
		const { send, pipe } = childOf(false);
		pipe.send(message);
		expect(send).not.toHaveBeenCalled();
	});

	it('closes once, when the child is gone', () => {
		const { child, pipe } = childOf(true);
		const closed = jest.fn();
		pipe.onClose(closed);
		child.emit('disconnect');
		expect(closed).not.toHaveBeenCalled();
		child.emit('exit', 1);
		child.emit('exit', 1);
		expect(closed).toHaveBeenCalledTimes(1);
	});
});

describe('the pipe to the parent', () => {
	const { connected } = process;
	const send = process.send?.bind(process);
	const listeners = process.listeners('message');

	afterEach(() => {
		Object.assign(process, { send, connected });
		for (const added of process.listeners('message')) if (!listeners.includes(added)) process.off('message', added);
		jest.restoreAllMocks();
	});

	it('is for programs that the runtime starts', () => {
		Object.assign(process, { send: undefined });
		expect(() => pipeToParent()).toThrow('started by the runtime, not by hand');
	});

	it('sends while the parent lives', () => {
		const sent = jest.fn();
		Object.assign(process, { send: sent, connected: true });
		const pipe = pipeToParent();
		pipe.send(message);
		expect(sent).toHaveBeenCalledWith(message, undefined, undefined, expect.any(Function));
		Object.assign(process, { connected: false });
		pipe.send(message);
		expect(sent).toHaveBeenCalledTimes(1);
	});

	it('hears, and closes once when the parent is gone', () => {
		Object.assign(process, { send: jest.fn(), connected: true });
		const on = jest.spyOn(process, 'on').mockReturnThis();
		const onOnce = jest.spyOn(process, 'once').mockReturnThis();
		const pipe = pipeToParent();
		const listener = jest.fn();
		pipe.onMessage(listener);
		pipe.onClose(listener);
		expect(on).toHaveBeenCalledWith('message', listener);
		expect(onOnce).toHaveBeenCalledWith('disconnect', listener);
	});
});

const protocol = { sum: { params: z.object({ pcm }), input: z.never(), event: z.never(), result: z.object({ sum: z.number() }) } } as const;

/** Plain JavaScript, as workers run it: answers the wire by hand. */
const program = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ id, op, params }) => {
	if (op === 'die') process.exit(0);
	parentPort.postMessage({ kind: 'result', id, value: { sum: params.pcm.reduce((sum, each) => sum + each, 0) } });
});`;

describe('the pipe to a worker', () => {
	it('carries sound whole, and fails what is open when the worker is gone', async () => {
		const worker = new Worker(program, { eval: true });
		const client = new RpcClient({ ...protocol, die: protocol.sum }, pipeToWorker(worker), 'VOICE_ERR_INFERENCE_LOST');
		await expect(client.call('sum', { pcm: Int16Array.of(1, 2, -4) }).result).resolves.toEqual({ sum: -1 });
		const last = client.call('die', { pcm: new Int16Array(0) });
		await expect(last.result).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
		await expect(client.call('sum', { pcm: new Int16Array(0) }).result).rejects.toMatchObject({ code: 'VOICE_ERR_INFERENCE_LOST' });
	});

	it('can be sent into when the worker is gone', async () => {
		const worker = new Worker('', { eval: true });
		const pipe = pipeToWorker(worker);
		await once(worker, 'exit');
		expect(() => pipe.send(message)).not.toThrow();
	});
});

describe('the pipe to whoever started the worker', () => {
	it('is for workers', () => {
		expect(() => pipeToStarter()).toThrow('worker of the inference process');
	});

	it('hears, answers, and closes once', async () => {
		const { port1, port2 } = new MessageChannel();
		jest.doMock('node:worker_threads', () => ({ parentPort: port1 }));
		let pipe: Pipe | undefined;
		jest.isolateModules(() => (pipe = jest.requireActual<typeof import('./pipes')>('./pipes').pipeToStarter()));
		jest.dontMock('node:worker_threads');
		if (!pipe) throw new Error('there is no pipe');
		const closed = jest.fn();
		pipe.onClose(closed);
		serve(protocol, pipe, { sum: async ({ pcm: samples }) => await Promise.resolve({ sum: samples.length }) });
		const answer = once(port2, 'message');
		port2.postMessage({ kind: 'call', id: 1, op: 'sum', params: { pcm: new Int16Array(3) } });
		expect(await answer).toEqual([{ kind: 'result', id: 1, value: { sum: 3 } }]);
		port2.close();
		await once(port1, 'close');
		expect(closed).toHaveBeenCalledTimes(1);
		expect(() => pipe?.send(message)).not.toThrow();
	});
});
