// Guards against: words that are said twice, or never, because a link died while they were spoken, and an utterance that never
// ends because nobody told of its end.
import { SpokenUtterance, VOICE_RATE, samplesOf, soon } from './spoken-utterance.fixture';

const TEXT = 'You are free. All day.';

function sentMs(spoken: SpokenUtterance): number {
	return (spoken.of('play').reduce((sum, { pcm }) => sum + pcm.length, 0) / VOICE_RATE) * 1000;
}

it('says the rest over the next link, and counts what was heard over both', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	spoken.hasMade(0, 1000);
	spoken.hasMade(1, 1000);
	await spoken.isDone();
	spoken.begins();
	spoken.plays(1300);
	spoken.loses();
	expect(spoken.outcomes).toEqual([]);
	expect(spoken.utterance.heard).toBe('You are free.');
	spoken.finds();
	expect(spoken.sent.map(({ type }) => type)).toEqual(['utterance', 'play', 'playEnd']);
	expect(sentMs(spoken)).toBe(700);
	spoken.begins();
	spoken.plays(300);
	expect(spoken.utterance.playedSamples).toBe(samplesOf(1600));
	await expect(spoken.played(700)).resolves.toMatchObject({ heard: TEXT, complete: true, spokenMs: 2000 });
});

it('over a third link as well, from where the second one died', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	spoken.hasMade(0, 1000);
	spoken.hasMade(1, 1000);
	await spoken.isDone();
	spoken.plays(500);
	spoken.loses();
	spoken.finds();
	spoken.plays(200);
	spoken.loses();
	spoken.finds();
	expect(sentMs(spoken)).toBe(1300);
	await expect(spoken.played(1300)).resolves.toMatchObject({ heard: TEXT, complete: true });
});

it('what is made while there is no link waits for one', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	spoken.loses();
	spoken.hasMade(0, 1000);
	expect(spoken.sent).toEqual([]);
	spoken.finds();
	expect(sentMs(spoken)).toBe(1000);
	expect(spoken.of('playEnd')).toEqual([]);
	spoken.hasMade(1, 500);
	await spoken.isDone();
	expect(sentMs(spoken)).toBe(1500);
	expect(spoken.of('playEnd')).toHaveLength(1);
});

it('all was heard, and only the news of it was lost: it ends at once', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	spoken.hasMade(0, 1000);
	spoken.hasMade(1, 1000);
	await spoken.isDone();
	spoken.plays(2000);
	spoken.loses();
	spoken.finds();
	expect(spoken.sent.map(({ type }) => type)).toEqual(['utterance', 'playEnd']);
	await expect(spoken.played(0)).resolves.toMatchObject({ heard: TEXT, complete: true });
});

it('what was interrupted stays so, heard as far as it was', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	spoken.hasMade(0, 1000);
	spoken.hasMade(1, 1000);
	spoken.plays(1000);
	spoken.utterance.interrupt();
	expect(spoken.outcomes).toEqual([]);
	spoken.loses();
	await soon();
	expect(spoken.outcomes).toMatchObject([{ heard: 'You are free.', complete: false }]);
	spoken.finds();
	expect(spoken.sent).toEqual([]);
});

it('an interruption without a link ends it at once', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	spoken.hasMade(0, 1000);
	spoken.plays(1000);
	spoken.loses();
	spoken.utterance.interrupt();
	await soon();
	expect(spoken.outcomes).toMatchObject([{ heard: 'You are free.', complete: false }]);
});

it('sound that was played into a path which was dead by then goes to the next link', async () => {
	const spoken = await SpokenUtterance.of(TEXT);
	for (let piece = 0; piece < 10; piece++) spoken.makes(0, 100);
	spoken.hasMade(0);
	spoken.hasMade(1, 1000);
	await spoken.isDone();
	spoken.begins();
	spoken.plays(900);
	spoken.plays(350);
	expect(spoken.utterance.heard).toBe('You');
	spoken.loses();
	spoken.finds();
	expect(sentMs(spoken)).toBe(1650);
	await expect(spoken.played(1650)).resolves.toMatchObject({ heard: TEXT, complete: true });
});
