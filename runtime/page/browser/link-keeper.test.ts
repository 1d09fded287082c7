// Guards against: a call that hangs half dead, one that is given up while it waits for its caller, and a caller who is kept waiting
// for one that has ended.
import { type Fault, CallFault, serverFault, serverUnreachable } from './faults';
import { type Link, LinkKeeper } from './link-keeper';

const gone = serverFault({ code: 'VOICE_ERR_CALL_UNKNOWN', message: 'No such call.', remedy: 'Start a new one.' });

type MockLink = jest.Mocked<Link> & { up: boolean };

function refused(fault: Fault): () => Promise<void> {
	return async () => await Promise.reject(new CallFault(fault));
}

function linkWith(restart: () => Promise<void>, rejoin: () => Promise<void> = async () => undefined): MockLink {
	const link: MockLink = {
		up: false,
		restart: jest.fn(restart),
		rejoin: jest.fn<Promise<void>, [boolean]>(rejoin),
		moved: jest.fn(async () => await Promise.resolve(false)),
		trying: jest.fn(),
		connected: jest.fn(() => link.up),
		lost: jest.fn(),
		restored: jest.fn(),
		givenUp: jest.fn(),
	};
	return link;
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a path that comes back by itself within three seconds is left alone', async () => {
	const link = linkWith(async () => undefined);
	const keeper = new LinkKeeper(link);
	keeper.connectionChanged('disconnected');
	await jest.advanceTimersByTimeAsync(2_900);
	keeper.connectionChanged('connected');
	await jest.advanceTimersByTimeAsync(60_000);
	expect(link.restart).not.toHaveBeenCalled();
	expect(link.lost).not.toHaveBeenCalled();
});

test('a path lost for longer is restarted once and restored when it connects', async () => {
	const link = linkWith(async () => undefined);
	const keeper = new LinkKeeper(link);
	keeper.connectionChanged('disconnected');
	await jest.advanceTimersByTimeAsync(3_000);
	expect(link.lost).toHaveBeenCalledTimes(1);
	await jest.advanceTimersByTimeAsync(500);
	link.up = true;
	keeper.connectionChanged('connected');
	await jest.advanceTimersByTimeAsync(0);
	expect(link.restart).toHaveBeenCalledTimes(1);
	expect(link.restored).toHaveBeenCalledTimes(1);
	await jest.advanceTimersByTimeAsync(60_000);
	expect(link.givenUp).not.toHaveBeenCalled();
});

test('a failed path does not wait', async () => {
	const link = linkWith(async () => undefined);
	new LinkKeeper(link).connectionChanged('failed');
	await jest.advanceTimersByTimeAsync(0);
	expect(link.restart).toHaveBeenCalledTimes(1);
});

test('a connection that the server has given up is replaced by a new one at once', async () => {
	const link = linkWith(refused(gone), async () => void (link.up = true));
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(0);
	expect(link.rejoin).toHaveBeenCalledTimes(1);
	expect(link.restored).toHaveBeenCalledTimes(1);
	expect(link.givenUp).not.toHaveBeenCalled();
});

test('a device with another address gets a new connection at once: its old one would offer the old address', async () => {
	const link = linkWith(async () => undefined, async () => void (link.up = true));
	link.moved.mockResolvedValue(true);
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(0);
	expect(link.restart).not.toHaveBeenCalled();
	expect(link.rejoin).toHaveBeenCalledWith(true);
	expect(link.restored).toHaveBeenCalledTimes(1);
});

test('another address that comes only while the server is asked again and again is taken as soon as it is there', async () => {
	const link = linkWith(refused(serverUnreachable), async () => void (link.up = true));
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(3_500);
	expect(link.rejoin).not.toHaveBeenCalled();
	link.moved.mockResolvedValue(true);
	await jest.advanceTimersByTimeAsync(1_000);
	expect(link.rejoin).toHaveBeenCalledWith(true);
	expect(link.restored).toHaveBeenCalledTimes(1);
});

test('a path that an ICE restart does not find is given a new connection', async () => {
	const link = linkWith(async () => undefined, async () => void (link.up = true));
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(5_900);
	expect(link.rejoin).not.toHaveBeenCalled();
	await jest.advanceTimersByTimeAsync(200);
	expect(link.rejoin).toHaveBeenCalledTimes(1);
	expect(link.restored).toHaveBeenCalledTimes(1);
});

test('a call that has ended is given up at once, in the server\'s own words', async () => {
	const link = linkWith(refused(gone), refused(gone));
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(0);
	expect(link.givenUp).toHaveBeenCalledWith(gone);
	await jest.advanceTimersByTimeAsync(60_000);
	expect(link.rejoin).toHaveBeenCalledTimes(1);
});

test('a page that was loaded again rejoins, and restarts nothing', async () => {
	const link = linkWith(refused(gone), async () => void (link.up = true));
	new LinkKeeper(link).linkGone();
	await jest.advanceTimersByTimeAsync(0);
	expect(link.restart).not.toHaveBeenCalled();
	expect(link.restored).toHaveBeenCalledTimes(1);
});

test.each([
	['n8n that is starting', { ...gone, code: 'VOICE_ERR_NOT_LISTENING' }],
	['a proxy without n8n behind it', { ...gone, code: 'PAGE_SERVER_GARBLED' }],
	['a server that cannot be reached', serverUnreachable],
	['a runtime that is being started', { ...gone, code: 'VOICE_ERR_RUNTIME_UNREACHABLE' }],
	['a process that is being started', { ...gone, code: 'VOICE_ERR_MEDIA_LOST' }],
])('%s is waited for, however long it takes, and the caller is told for what', async (_what, fault) => {
	let back = false;
	const link = linkWith(refused(fault), async () => {
		if (!back) throw new CallFault(fault);
		link.up = true;
	});
	new LinkKeeper(link).linkGone();
	await jest.advanceTimersByTimeAsync(3_600_000);
	expect(link.trying).toHaveBeenLastCalledWith(fault);
	expect(link.givenUp).not.toHaveBeenCalled();
	// Not in a loop that burns the phone.
	expect(link.rejoin.mock.calls.length).toBeLessThan(1300);
	back = true;
	await jest.advanceTimersByTimeAsync(3_000);
	expect(link.restored).toHaveBeenCalledTimes(1);
});

test('an unreachable server is asked again until the network is back', async () => {
	let reachable = false;
	const link = linkWith(async () => {
		if (!reachable) throw new CallFault(serverUnreachable);
		link.up = true;
	});
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(5_000);
	expect(link.restart.mock.calls.length).toBeGreaterThan(3);
	reachable = true;
	await jest.advanceTimersByTimeAsync(1_000);
	expect(link.restored).toHaveBeenCalledTimes(1);
	expect(link.givenUp).not.toHaveBeenCalled();
});

test('several doubts at once are one loss', async () => {
	const link = linkWith(async () => undefined);
	const keeper = new LinkKeeper(link);
	keeper.connectionChanged('failed');
	keeper.connectionChanged('failed');
	keeper.pathDoubted();
	keeper.linkGone();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(link.lost).toHaveBeenCalledTimes(1);
	keeper.stop();
});

test('a call that was hung up is not restarted', async () => {
	const link = linkWith(async () => undefined);
	const keeper = new LinkKeeper(link);
	keeper.connectionChanged('disconnected');
	keeper.stop();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(link.restart).not.toHaveBeenCalled();
	expect(link.givenUp).not.toHaveBeenCalled();
});
