// Guards against: a call that hangs half dead: no restart, endless restarts, or a caller kept waiting after the server has said no.
import { CallFault, serverFault, serverUnreachable } from './faults';
import { type Link, LinkKeeper } from './link-keeper';

const gone = serverFault({ code: 'VOICE_ERR_CALL_UNKNOWN', message: 'No such call.', remedy: 'Start a new one.' });

type MockLink = jest.Mocked<Link> & { up: boolean };

function linkWith(restart: () => Promise<void>): MockLink {
	const link: MockLink = {
		up: false,
		restart: jest.fn(restart),
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

test('a server that says no ends the call at once, in its own words', async () => {
	const link = linkWith(async () => await Promise.reject(new CallFault(gone)));
	new LinkKeeper(link).pathDoubted();
	await jest.advanceTimersByTimeAsync(0);
	expect(link.givenUp).toHaveBeenCalledWith(gone);
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

test('after twenty-five seconds it is given up, once', async () => {
	const link = linkWith(async () => undefined);
	const keeper = new LinkKeeper(link);
	keeper.connectionChanged('failed');
	keeper.connectionChanged('failed');
	keeper.pathDoubted();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(link.lost).toHaveBeenCalledTimes(1);
	expect(link.givenUp).toHaveBeenCalledTimes(1);
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
