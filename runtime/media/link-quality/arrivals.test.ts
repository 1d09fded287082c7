// Guards against: a place that is held for ever by a caller from whom nothing comes, and a caller given up who is there.
import { Arrivals } from './arrivals';

function stage() {
	const none = jest.fn();
	const arrivals = new Arrivals(none);
	return { arrivals, none, looks: (times: number, count: number) => Array.from({ length: times }, () => arrivals.look(count)) };
}

it('a caller from whom nothing ever came is given up after 15 looks, once', () => {
	const { arrivals, none, looks } = stage();
	looks(14, 0);
	expect(none).not.toHaveBeenCalled();
	looks(60, 0);
	expect([none.mock.calls.length, arrivals.any]).toEqual([1, false]);
});

it('one who fell silent is given up 15 looks after the last packet', () => {
	const { arrivals, none, looks } = stage();
	looks(1, 700);
	looks(14, 700);
	looks(1, 701);
	looks(14, 701);
	expect(none).not.toHaveBeenCalled();
	looks(1, 701);
	expect([none.mock.calls.length, arrivals.any]).toEqual([1, true]);
});

it('a packet every 14 s is enough, also where the counts begin anew', () => {
	const { none, looks } = stage();
	for (let count = 1; count < 60; count++) looks(14, count);
	for (let count = 3; count > 0; count--) looks(14, count);
	expect(none).not.toHaveBeenCalled();
});
