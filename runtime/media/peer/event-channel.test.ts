// Guards against captions that are lost before the channel opens, and against a page that floods or never reads.
import { EventChannel } from './event-channel';
import type { DataChannel } from './wrtc';

interface FakeChannel extends DataChannel {
	readonly sent: string[];
	closed: boolean;
	readyState: DataChannel['readyState'];
	bufferedAmount: number;
}

function fake(label = 'events', readyState: DataChannel['readyState'] = 'connecting'): FakeChannel {
	const channel: FakeChannel = {
		label,
		readyState,
		bufferedAmount: 0,
		onopen: null,
		onclose: null,
		onmessage: null,
		sent: [],
		closed: false,
		send: (text) => channel.sent.push(text),
		close: () => {
			channel.closed = true;
		},
	};
	return channel;
}

function room() {
	const news: string[] = [];
	const events = new EventChannel({
		onOpen: () => news.push('open'),
		onRequest: (json) => news.push(json),
		onClose: () => news.push('closed'),
	});
	return { news, events };
}

it.each(['connecting', 'open'] as const)('sends what was kept, in order, when a channel that came %s is open', (state) => {
	const { news, events } = room();
	events.send('1');
	const channel = fake('events', state);
	events.adopt(channel);
	if (state === 'connecting') events.send('2');
	channel.readyState = 'open';
	channel.onopen?.();
	events.send('3');
	expect(channel.sent).toEqual(state === 'connecting' ? ['1', '2', '3'] : ['1', '3']);
	expect(news).toEqual(['open']);
});

it('closes channels of another name and second ones', () => {
	const { events } = room();
	const [other, first, second] = [fake('video'), fake(), fake()];
	for (const channel of [other, first, second]) events.adopt(channel);
	expect([other.closed, first.closed, second.closed]).toEqual([true, false, true]);
});

it('takes a channel that closes while something is sent for a page that leaves, not for a failure', () => {
	const { news, events } = room();
	const channel = fake('events', 'open');
	events.adopt(channel);
	channel.send = () => {
		throw new Error("RTCDataChannel.readyState is not 'open'");
	};
	expect(() => events.send('1')).not.toThrow();
	channel.onclose?.();
	expect(news).toEqual(['open', 'closed']);
});

it('keeps a bounded number of events for a page that never opens its channel', () => {
	const { events } = room();
	for (let i = 0; i < 100_000; i++) events.send('x');
	const channel = fake('events', 'open');
	events.adopt(channel);
	expect(channel.sent).toHaveLength(500);
});

it('stops sending to a page that does not read', () => {
	const { events } = room();
	const channel = fake('events', 'open');
	events.adopt(channel);
	channel.bufferedAmount = 2_000_000;
	events.send('x');
	expect(channel.sent).toEqual([]);
});

it('lets no flood, no oversized and no binary message through', () => {
	const { news, events } = room();
	const channel = fake('events', 'open');
	events.adopt(channel);
	channel.onmessage?.({ data: new ArrayBuffer(8) });
	channel.onmessage?.({ data: 'x'.repeat(5000) });
	expect(news).toEqual(['open']);
	for (let i = 0; i < 5000; i++) channel.onmessage?.({ data: '{}' });
	expect(news.length).toBeLessThanOrEqual(1 + 2 * 20);
	expect(news).toContain('{}');
});

it('says that the page has closed it, but not when we do', () => {
	const { news, events } = room();
	const channel = fake('events', 'open');
	events.adopt(channel);
	channel.onclose?.();
	expect(news).toEqual(['open', 'closed']);
	const another = fake('events', 'open');
	events.adopt(another);
	events.close();
	another.onclose?.();
	expect(news).toEqual(['open', 'closed']);
	expect(another.closed).toBe(true);
});
