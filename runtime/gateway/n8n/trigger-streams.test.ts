// Guards against: a turn that waits for a trigger that is gone, a late answer taken for another's, and a dead or silent socket that is kept.
import { silent } from '../children/fake-child.fixture';
import { EVENT, FakeSocket } from './fake-socket.fixture';
import { TriggerStreams } from './trigger-streams';

let streams: TriggerStreams;
let gone: string[];

beforeEach(() => {
	jest.useFakeTimers();
	streams = new TriggerStreams(silent);
	gone = [];
	streams.onGone((workflowId) => gone.push(workflowId));
});
afterEach(() => {
	streams.close();
	// Nobody waits for anything any more.
	expect(jest.getTimerCount()).toBe(0);
	jest.useRealTimers();
});

function connect(): FakeSocket {
	const socket = new FakeSocket();
	streams.accept(socket.asWebSocket);
	return socket;
}

function trigger(workflowId = 'w1', node = 'Trigger'): FakeSocket {
	const socket = connect();
	socket.says({ type: 'hello', workflowId, node });
	return socket;
}

function push(workflowId = 'w1', node = 'Trigger'): { outcome: boolean | undefined } {
	const seen: { outcome: boolean | undefined } = { outcome: undefined };
	void streams.push(workflowId, node, EVENT).then((accepted) => (seen.outcome = accepted));
	return seen;
}

const afterMs = async (ms: number): Promise<void> => await jest.advanceTimersByTimeAsync(ms);

describe('hello', () => {
	it('a trigger is there once it has said which it is', () => {
		const socket = connect();
		expect(streams.size).toBe(0);
		socket.says({ type: 'hello', workflowId: 'w1', node: 'Trigger' });
		expect(streams.size).toBe(1);
		expect(streams.has('w1', 'Trigger')).toBe(true);
		expect(streams.has('w1', 'Other')).toBe(false);
		expect(streams.has('w2', 'Trigger')).toBe(false);
	});

	it.each([
		['garbage', 'not json'],
		['nothing', ''],
		['another message', { type: 'ack', id: 'x' }],
		['half of it', { type: 'hello', workflowId: 'w1' }],
	])('%s instead of it is refused', (_what, message) => {
		const socket = connect();
		socket.says(message);
		expect(socket.closedWith).toBe(1008);
		expect(streams.size).toBe(0);
		socket.gone();
		expect(gone).toEqual([]);
	});

	it('whoever says nothing for 5 s is refused, and cannot say it after that', async () => {
		const socket = connect();
		await afterMs(4999);
		expect(socket.closedWith).toBeUndefined();
		await afterMs(1);
		expect(socket.closedWith).toBe(1008);
		socket.says({ type: 'hello', workflowId: 'w1', node: 'Trigger' });
		expect(streams.size).toBe(0);
	});

	it('whoever said it in time stays', async () => {
		const socket = trigger();
		await afterMs(5000);
		expect(socket.closedWith).toBeUndefined();
	});

	it('a socket that goes before it leaves nothing behind', () => {
		connect().gone();
		expect(gone).toEqual([]);
	});
});

describe('an event', () => {
	it('is accepted when it is acknowledged', async () => {
		const socket = trigger();
		const pushing = push();
		expect(JSON.parse(socket.sent[0] ?? '')).toEqual({ type: 'event', id: socket.pushed, event: EVENT });
		socket.acknowledges();
		await afterMs(0);
		expect(pushing.outcome).toBe(true);
	});

	it('without a stream is not accepted, at once', async () => {
		trigger('w2');
		const pushing = push();
		await afterMs(0);
		expect(pushing.outcome).toBe(false);
	});

	it('is given up after 3 s; a late acknowledgement changes nothing, not even for the next one', async () => {
		const socket = trigger();
		const first = push();
		const id = socket.pushed;
		await afterMs(2999);
		expect(first.outcome).toBeUndefined();
		await afterMs(1);
		expect(first.outcome).toBe(false);
		const second = push();
		socket.acknowledges(id);
		await afterMs(0);
		expect([first.outcome, second.outcome]).toEqual([false, undefined]);
		socket.acknowledges();
		await afterMs(0);
		expect([first.outcome, second.outcome]).toEqual([false, true]);
	});

	it('of several under way each is told by its own acknowledgement, in any order', async () => {
		const socket = trigger();
		const first = push();
		const id = socket.pushed;
		const second = push();
		socket.acknowledges();
		await afterMs(0);
		expect([first.outcome, second.outcome]).toEqual([undefined, true]);
		socket.acknowledges(id);
		socket.acknowledges(id);
		await afterMs(0);
		expect([first.outcome, second.outcome]).toEqual([true, true]);
	});

	it('whose stream goes away is given up at once', async () => {
		const socket = trigger();
		const pushing = [push(), push()];
		socket.gone();
		await afterMs(0);
		expect(pushing.map(({ outcome }) => outcome)).toEqual([false, false]);
	});

	it('whose acknowledgement came just before the stream went is accepted', async () => {
		const socket = trigger();
		const pushing = push();
		socket.acknowledges();
		socket.gone();
		await afterMs(0);
		expect(pushing.outcome).toBe(true);
	});

	it('after the stream went is not accepted, at once', async () => {
		trigger().gone();
		const pushing = push();
		await afterMs(0);
		expect(pushing.outcome).toBe(false);
	});

	it('is not pushed into a stream that is closing', async () => {
		const socket = trigger();
		socket.close(1000);
		const pushing = push();
		await afterMs(0);
		expect(pushing.outcome).toBe(false);
		expect(socket.sent).toEqual([]);
	});

	it('that could not be sent is given up at once', async () => {
		const socket = trigger();
		socket.broken = new Error('write EPIPE');
		const pushing = push();
		await afterMs(0);
		expect(pushing.outcome).toBe(false);
	});

	it.each(['not json', '{}', '{"type":"ack"}', '{"type":"ack","id":"unknown"}', '{"type":"hello","workflowId":"w2","node":"x"}'])(
		'is not acknowledged by %s',
		async (message) => {
			const socket = trigger();
			const pushing = push();
			socket.says(message);
			socket.emit('message', [Buffer.from('in'), Buffer.from('pieces')]);
			await afterMs(0);
			expect(pushing.outcome).toBeUndefined();
			expect(streams.has('w2', 'x')).toBe(false);
			socket.acknowledges();
			await afterMs(0);
			expect(pushing.outcome).toBe(true);
		},
	);
});

describe('two streams of one trigger', () => {
	it('the newest gets the events', () => {
		const [older, newer] = [trigger(), trigger()];
		void push();
		expect([older.sent.length, newer.sent.length]).toEqual([0, 1]);
	});

	it('when the newest goes, the older one gets them, and nobody is told that the workflow is gone', async () => {
		const [older, newer] = [trigger(), trigger()];
		newer.gone();
		expect(gone).toEqual([]);
		const pushing = push();
		older.acknowledges();
		await afterMs(0);
		expect(pushing.outcome).toBe(true);
		older.gone();
		expect(gone).toEqual(['w1']);
	});

	it('the older one may go while an event is on its way in the newer', async () => {
		const [older, newer] = [trigger(), trigger()];
		const pushing = push();
		older.gone();
		await afterMs(0);
		expect(pushing.outcome).toBeUndefined();
		newer.acknowledges();
		await afterMs(0);
		expect(pushing.outcome).toBe(true);
		expect(gone).toEqual([]);
	});

	it('one acknowledges nothing that the other was sent', async () => {
		const [older, newer] = [trigger(), trigger()];
		const pushing = push();
		older.acknowledges(newer.pushed);
		await afterMs(0);
		expect(pushing.outcome).toBeUndefined();
	});
});

describe('goodbye', () => {
	it('the listener is told which workflow is gone, until it stops listening', () => {
		const heard: string[] = [];
		const stop = streams.onGone((workflowId) => heard.push(workflowId));
		trigger('w1').gone();
		stop();
		trigger('w2').gone();
		expect(heard).toEqual(['w1']);
		expect(gone).toEqual(['w1', 'w2']);
	});

	it('another node of the same workflow goes by itself', () => {
		trigger('w1', 'A');
		trigger('w1', 'B').gone();
		expect(gone).toEqual(['w1']);
		expect(streams.has('w1', 'A')).toBe(true);
	});

	it('an error of a socket is survived', () => {
		const socket = trigger();
		socket.emit('error', new Error('read ECONNRESET'));
		socket.gone();
		expect(streams.size).toBe(0);
	});

	it('close() ends all sockets, those that have said nothing too, and whoever waits hears of it', async () => {
		const sockets = [trigger(), connect()];
		const pushing = push();
		streams.close();
		await afterMs(0);
		expect(sockets.map(({ terminated }) => terminated)).toEqual([true, true]);
		expect(pushing.outcome).toBe(false);
		expect(streams.size).toBe(0);
	});
});

describe('ping', () => {
	it('a stream that answers stays', async () => {
		const socket = trigger();
		for (let times = 1; times <= 5; times++) {
			await afterMs(5000);
			expect(socket.pings).toBe(times);
			socket.emit('pong');
		}
		expect(socket.terminated).toBe(false);
	});

	it('a stream that does not is cut off at the second ping, and its events with it', async () => {
		const socket = trigger();
		await afterMs(9000);
		const pushing = push();
		expect(socket.terminated).toBe(false);
		await afterMs(1000);
		expect(socket.terminated).toBe(true);
		expect(pushing.outcome).toBe(false);
		expect(gone).toEqual(['w1']);
	});
});
