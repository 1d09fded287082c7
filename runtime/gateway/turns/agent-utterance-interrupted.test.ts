// Guards against: an agent that speaks on after it was interrupted, forgets what was heard, or is never done.
import { CANCELLED, INFERENCE_LOST, soon, SpokenUtterance } from './spoken-utterance.fixture';

const TWO = 'You are free. All day long.';
const UNHEARD = { heard: '', spokenMs: 0, complete: false };

it('before the voice is there: the voice is stopped as soon as it comes', async () => {
	const spoken = new SpokenUtterance();
	spoken.inference.die();
	spoken.utterance.write(TWO);
	spoken.utterance.end();
	spoken.utterance.interrupt();
	await soon();
	expect(spoken.outcomes).toEqual([UNHEARD]);
	spoken.inference.come();
	await soon();
	expect(spoken.voice.cancelled).toBe(true);
	expect(spoken.sent).toEqual([]);
});

it('before the voice could be had: that it never comes is nobody\'s failure', async () => {
	const spoken = new SpokenUtterance();
	spoken.inference.die();
	spoken.utterance.write(TWO);
	spoken.utterance.interrupt();
	spoken.inference.refuse(INFERENCE_LOST);
	await soon();
	expect(spoken.outcomes).toEqual([UNHEARD]);
	expect(spoken.utterance.failure).toBeUndefined();
});

it('before anything was written: nothing is ever said', async () => {
	const spoken = new SpokenUtterance();
	spoken.utterance.interrupt();
	spoken.utterance.write(TWO);
	spoken.utterance.settle();
	spoken.utterance.end();
	await soon();
	expect(spoken.outcomes).toEqual([UNHEARD]);
	expect(spoken.inference.asked).toBe(0);
	expect(spoken.texts).toEqual([]);
});

it('before the first sound: it is over at once, and late sound does not reach media', async () => {
	const spoken = await SpokenUtterance.of(TWO);
	spoken.utterance.interrupt();
	expect(spoken.utterance.over).toBe(true);
	await soon();
	spoken.voice.emit({ type: 'doneBy', engine: 'other', replaced: [] });
	spoken.hasMade(0, 500);
	await spoken.isDone();
	expect(spoken.outcomes).toEqual([UNHEARD]);
	expect(spoken.sent).toEqual([]);
	expect(spoken.marks.map(([mark]) => mark)).toEqual(['firstPiece']);
	expect(spoken.utterance.doneBy.engine).toBe('auto');
});

it('in mid-sound: media is flushed, and what it played is what was heard', async () => {
	const spoken = await SpokenUtterance.of(TWO);
	spoken.hasMade(0, 600);
	spoken.hasMade(1, 600);
	spoken.begins();
	spoken.plays(600);
	spoken.utterance.interrupt();
	await soon();
	expect(spoken.voice.cancelled).toBe(true);
	expect(spoken.of('flush')).toHaveLength(1);
	expect(spoken.outcomes).toEqual([]);
	expect(await spoken.played(1000, false)).toEqual({ heard: 'You are free. All day', spokenMs: 1000, complete: false });
});

it('in mid-sound: sentences that wait are not given to the voice any more, whatever media and voice still say', async () => {
	const spoken = new SpokenUtterance();
	spoken.utterance.write('One is here. Two is here. Three is here. Four is');
	await soon();
	spoken.makes(0, 500);
	spoken.utterance.interrupt();
	spoken.utterance.write(' here.');
	spoken.utterance.settle();
	spoken.utterance.end();
	spoken.hasMade(0);
	spoken.hasMade(1, 500);
	spoken.plays(400);
	await soon();
	expect(spoken.pieces).toEqual(['One is here.', 'Two is here.']);
	expect(spoken.voice.of('end')).toEqual([]);
	expect(spoken.texts).toHaveLength(1);
	expect((await spoken.played(500, false))?.heard).toBe('One is here.');
});

it.each(['resolves', 'is cancelled', 'dies'])('in mid-sound, and the voice then %s: nothing is played after the flush, and nothing has failed', async (how) => {
	const spoken = await SpokenUtterance.of(TWO);
	spoken.makes(0, 500);
	spoken.utterance.interrupt();
	if (how === 'resolves') await spoken.isDone();
	else await spoken.fails(how === 'dies' ? INFERENCE_LOST : CANCELLED);
	expect(spoken.sent.at(-1)).toEqual({ type: 'flush' });
	expect(await spoken.played(0, false)).toEqual(UNHEARD);
	expect(spoken.utterance.failure).toBeUndefined();
});

it('as its last sample is played: it was heard whole', async () => {
	const spoken = await SpokenUtterance.of(TWO);
	spoken.hasMade(0, 500);
	spoken.hasMade(1, 500);
	await spoken.isDone();
	spoken.utterance.interrupt();
	expect(await spoken.played(1000, true)).toEqual({ heard: TWO, spokenMs: 1000, complete: true });
});

it('twice: media is flushed once, for what comes next is not to be cut', async () => {
	const spoken = await SpokenUtterance.of(TWO);
	spoken.makes(0, 500);
	spoken.utterance.interrupt();
	spoken.utterance.interrupt();
	expect(spoken.of('flush')).toHaveLength(1);
	await spoken.played(100, false);
	spoken.utterance.interrupt();
	expect(spoken.of('flush')).toHaveLength(1);
	expect(spoken.outcomes).toHaveLength(1);
});

it('after it has failed in mid-sentence: it is cut, and the failure stays known', async () => {
	const spoken = await SpokenUtterance.of(TWO);
	spoken.hasMade(0, 600);
	await spoken.fails(INFERENCE_LOST);
	spoken.utterance.interrupt();
	expect(spoken.sent.at(-1)).toEqual({ type: 'flush' });
	expect(await spoken.played(0, false)).toEqual({ ...UNHEARD, error: INFERENCE_LOST });
});

it('after the end: nothing changes', async () => {
	const spoken = await SpokenUtterance.of('You are free.');
	spoken.hasMade(0, 500);
	await spoken.isDone();
	await spoken.played(500);
	const { length } = spoken.sent;
	spoken.utterance.interrupt();
	spoken.utterance.abandon();
	await spoken.played(0, false);
	expect(spoken.sent).toHaveLength(length);
	expect(spoken.utterance.heard).toBe('You are free.');
	expect(spoken.outcomes).toHaveLength(1);
});

describe('without its link', () => {
	it('it ends with what was heard last, and its voice stops', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.hasMade(0, 600);
		spoken.plays(600);
		const { length } = spoken.sent;
		spoken.utterance.abandon();
		await soon();
		expect(spoken.outcomes).toEqual([{ heard: 'You are free.', spokenMs: 600, complete: false }]);
		expect(spoken.voice.cancelled).toBe(true);
		spoken.hasMade(1, 600);
		await spoken.fails(CANCELLED);
		spoken.plays(1200);
		expect(spoken.utterance.heard).toBe('You are free.');
		expect(spoken.sent).toHaveLength(length);
	});

	it('it ends before anything was said, and says nothing later', async () => {
		const spoken = new SpokenUtterance();
		spoken.utterance.abandon();
		spoken.utterance.write(TWO);
		spoken.utterance.end();
		await soon();
		expect(spoken.outcomes).toEqual([UNHEARD]);
		expect(spoken.inference.asked).toBe(0);
	});

	it('it ends where it waits for media to flush', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.makes(0, 500);
		spoken.plays(100);
		spoken.utterance.interrupt();
		spoken.utterance.abandon();
		await soon();
		expect(spoken.outcomes).toMatchObject([{ spokenMs: 100, complete: false }]);
	});
});
