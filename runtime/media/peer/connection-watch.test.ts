// Guards against sessions that outlive their caller, and against calls that are given up while the page restarts ICE.
import { ConnectionWatch } from './connection-watch';

beforeEach(() => {
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
});

function watch() {
	const states: string[] = [];
	const ends: string[] = [];
	const watched = new ConnectionWatch((state) => states.push(state), (reason) => ends.push(reason));
	return { watched, states, ends };
}

it('ends a call that never connects after 20 s', () => {
	const { watched, ends } = watch();
	watched.changed('connecting');
	jest.advanceTimersByTime(19_999);
	expect(ends).toEqual([]);
	jest.advanceTimersByTime(1);
	expect(ends).toEqual(['The caller could not be reached.']);
});

it('gives a failed connection 10 s to come back', () => {
	const { watched, states, ends } = watch();
	for (const state of ['connected', 'disconnected', 'failed'] as const) watched.changed(state);
	jest.advanceTimersByTime(9000);
	watched.changed('connecting');
	watched.changed('connected');
	jest.advanceTimersByTime(100_000);
	expect(ends).toEqual([]);
	watched.changed('failed');
	jest.advanceTimersByTime(10_000);
	expect(ends).toEqual(['The connection to the caller was lost.']);
	expect(states).toEqual(['connected', 'disconnected', 'failed', 'connecting', 'connected', 'failed']);
});

it('gives up who has vanished 14 s after ICE misses them, whatever it says meanwhile', () => {
	const { watched, ends } = watch();
	watched.changed('connected');
	watched.changed('disconnected');
	jest.advanceTimersByTime(13_000);
	watched.changed('connected');
	jest.advanceTimersByTime(60_000);
	expect(ends).toEqual([]);
	watched.changed('disconnected');
	jest.advanceTimersByTime(12_000);
	watched.changed('failed');
	watched.changed('disconnected');
	jest.advanceTimersByTime(1999);
	expect(ends).toEqual([]);
	jest.advanceTimersByTime(1);
	expect(ends).toEqual(['The connection to the caller was lost.']);
});

it('a closed connection is a caller who hung up', () => {
	const { watched, ends } = watch();
	watched.changed('connected');
	watched.changed('closed');
	expect(ends).toEqual(['The caller hung up.']);
});

it('says nothing any more once stopped', () => {
	const { watched, states, ends } = watch();
	watched.stop();
	watched.changed('connected');
	jest.advanceTimersByTime(100_000);
	expect([states, ends]).toEqual([[], []]);
});
