// Guards against: a held request that is answered for what the data channel carries anyway (each answer costs n8n a webhook), or that is not when only it can tell.
import type { HeldMessages } from '../../contract/signalling';
import { HeldRequests } from './held-messages';
import { MessageLog } from './message-log';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const CAPTION = { type: 'caption.partial', text: 'hello' } as const;

function held(log: MessageLog, after = 0, gone = new AbortController(), requests = new HeldRequests()) {
	const answers: HeldMessages[] = [];
	void requests.wait(log, after, gone.signal).then((answer) => answers.push(answer));
	const passes = async (ms: number): Promise<number[] | undefined> => {
		await jest.advanceTimersByTimeAsync(ms);
		return answers[0]?.messages.map(({ seq }) => seq);
	};
	return { answers, passes, gone, requests };
}

it('without a data channel it is answered at once, with all that the page lacks', async () => {
	const log = new MessageLog();
	log.tell(CAPTION);
	log.tell(CAPTION);
	expect(await held(log, 1).passes(0)).toEqual([2]);
	const waiting = held(log, 2);
	expect(await waiting.passes(5000)).toBeUndefined();
	log.tell(CAPTION);
	expect(await waiting.passes(0)).toEqual([3]);
});

it('while the data channel works it is held: what is acknowledged is told', async () => {
	const log = new MessageLog();
	log.setChannelOpen(true);
	const { passes } = held(log);
	for (let seq = 1; seq <= 20; seq++) {
		log.tell(CAPTION);
		expect(await passes(300)).toBeUndefined();
		log.acknowledge(seq);
	}
	expect(await passes(10_000)).toBeUndefined();
});

it('what the data channel does not bring comes after half a second', async () => {
	const log = new MessageLog();
	log.setChannelOpen(true);
	const { passes } = held(log);
	log.tell(CAPTION);
	log.acknowledge(1);
	log.tell(CAPTION);
	expect(await passes(499)).toBeUndefined();
	expect(await passes(1)).toEqual([1, 2]);
});

it('a lost link is no reason to wait', async () => {
	const log = new MessageLog();
	log.setChannelOpen(true);
	const { passes } = held(log);
	log.tell(CAPTION);
	expect(await passes(10)).toBeUndefined();
	log.setChannelOpen(false);
	expect(await passes(0)).toEqual([1]);
});

it('the end is told at once, and to whoever asks after it', async () => {
	const log = new MessageLog();
	log.setChannelOpen(true);
	const before = held(log);
	log.tell({ type: 'session.ended', reason: 'idle' });
	log.end();
	await before.passes(0);
	const after = held(log, 1);
	await after.passes(0);
	expect([before.answers[0]?.ended, after.answers[0]]).toEqual([true, { messages: [], ended: true }]);
});

it('is answered empty before a proxy cuts it, when another one comes, and when its caller has gone', async () => {
	const log = new MessageLog();
	expect(await held(log).passes(24_999)).toBeUndefined();
	expect(await held(log).passes(25_000)).toEqual([]);
	const first = held(log);
	const second = held(log, 0, new AbortController(), first.requests);
	expect(await first.passes(0)).toEqual([]);
	expect(await second.passes(0)).toBeUndefined();
	second.gone.abort();
	expect(await second.passes(0)).toEqual([]);
	expect(jest.getTimerCount()).toBe(0);
});
