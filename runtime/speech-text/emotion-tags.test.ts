// Guards against: a voice that says "laugh" aloud, and a laugh that gets lost.
import { aroundEmotionTags, withoutEmotionTags, withoutMarkup } from './emotion-tags';

it.each([
	['<laugh> Oh <b>well</b><br/>', '<laugh> Oh  well  '],
	['<GASP>no<!-- never -->', '<GASP>no '],
	['cut off <a href', 'cut off  a href'],
	['3 < 4 <5', '3 < 4 <5'],
])('takes all tags but those of emotion out of %j', (written, plain) => {
	expect(withoutMarkup(written)).toBe(plain);
});

it('takes the tags out for other voices', () => {
	expect(withoutEmotionTags('<laugh> Oh <sigh>, well <chuckle>.')).toBe('Oh, well.');
	expect(withoutEmotionTags('<yawn>')).toBe('');
});

it('changes only what stands between the tags', () => {
	expect(aroundEmotionTags('a <laugh> b <sigh>', (words) => words.toUpperCase())).toBe('A <laugh> B <sigh>');
});
