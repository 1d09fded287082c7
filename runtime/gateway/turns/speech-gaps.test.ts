// Guards against: a voice that stutters for a reason that nobody is told, or is told wrongly.
import { GapRecord, gapsTogether } from './speech-gaps';

const gap = (at: number, ms: number, why: 'late' | 'stalled' = 'late') => ({ at, ms, why });

test('a sentence that was there waited for its voice, for the part that the voice names', () => {
	const record = new GapRecord();
	record.pieceGiven(1000);
	record.sound({ piece: 0 });
	record.gap(gap(2000, 120));
	record.sound({ piece: 0, waitedFor: 'tokens' });
	record.gap(gap(3000, 80));
	record.sound({ piece: 0, waitedFor: 'decoder' });
	record.gap(gap(4000, 40.4));
	expect(record.all).toEqual({ count: 3, totalMs: 240, longestMs: 120, causes: { voice: 120, tokens: 80, decoder: 40 } });
});

test('a sentence that was written when the caller heard nothing already waited for its writing', () => {
	const record = new GapRecord();
	record.pieceGiven(1000);
	record.sound({ piece: 0 });
	record.pieceGiven(2500);
	record.sound({ piece: 1 });
	record.gap(gap(2000, 700));
	expect(record.all.causes).toEqual({ text: 700 });
});

test('silence while a tool runs is no gap, but a voice that is slow after it is one', () => {
	const record = new GapRecord();
	record.pieceGiven(1000);
	record.writingPauses(1);
	record.sound({ piece: 0 });
	record.pieceGiven(5000);
	record.sound({ piece: 1 });
	record.gap(gap(2000, 3300));
	expect(record.all.count).toBe(0);
	record.sound({ piece: 1 });
	record.gap(gap(6000, 90));
	expect(record.all).toMatchObject({ count: 1, totalMs: 90 });
});

test('sound that was there and was not sent is the machine\'s', () => {
	const record = new GapRecord();
	record.pieceGiven(1000);
	record.sound({ piece: 0, waitedFor: 'tokens' });
	record.gap(gap(2000, 300, 'stalled'));
	expect(record.all.causes).toEqual({ machine: 300 });
});

test('several utterances add up', () => {
	const one = { count: 2, totalMs: 300, longestMs: 200, causes: { voice: 300 } };
	const other = { count: 1, totalMs: 250, longestMs: 250, causes: { voice: 50, text: 200 } };
	expect(gapsTogether([one, other])).toEqual({ count: 3, totalMs: 550, longestMs: 250, causes: { voice: 350, text: 200 } });
	expect(gapsTogether([])).toEqual({ count: 0, totalMs: 0, longestMs: 0, causes: {} });
});
