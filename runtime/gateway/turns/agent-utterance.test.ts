// Guards against: a reply that is cut wrongly, said twice or never ends, a voice that runs far ahead of the caller's ear, and a wrong account of what was heard.
import { VoiceError } from '../../contract/errors';
import { CANCELLED, INFERENCE_LOST, VOICE_RATE, samplesOf, soon, SpokenUtterance } from './spoken-utterance.fixture';

const TWO = 'You are free. All day long.';

describe('text', () => {
	it.each([[[TWO]], [[...TWO]], [['You are fr', 'ee. Al', 'l day long.']], [['You are free.', ' ', 'All day long.']]])('cut as %j gives the same pieces', async (cuts) => {
		const spoken = new SpokenUtterance();
		for (const cut of cuts) spoken.utterance.write(cut);
		spoken.utterance.end();
		await soon();
		expect(spoken.pieces).toEqual(['You are free.', 'All day long.']);
		expect(spoken.voice.of('end')).toHaveLength(1);
		expect(spoken.texts.at(-1)).toBe(TWO);
	});

	it('is spoken in mid-sentence when the writing pauses, and goes on after it', async () => {
		const spoken = new SpokenUtterance();
		spoken.utterance.write('Let me look');
		spoken.utterance.settle();
		await soon();
		expect(spoken.pieces).toEqual(['Let me look']);
		expect(spoken.voice.of('end')).toEqual([]);
		spoken.utterance.write(' at monday.');
		spoken.utterance.end();
		await soon();
		expect(spoken.pieces).toEqual(['Let me look', 'at monday.']);
	});

	it('that never came ends at once, without a voice', async () => {
		const spoken = await SpokenUtterance.of('');
		expect(spoken.outcomes).toEqual([{ heard: '', spokenMs: 0, complete: true }]);
		expect(spoken.inference.asked).toBe(0);
		expect(spoken.sent).toEqual([]);
	});

	it('of which nothing is spoken needs no voice, and is an error', async () => {
		const spoken = await SpokenUtterance.of('\u{1f600}\n***\n');
		expect(spoken.outcomes).toMatchObject([{ heard: '', spokenMs: 0, complete: false, error: { code: 'VOICE_ERR_NOTHING_TO_SAY' } }]);
		expect(spoken.inference.asked).toBe(0);
	});

	it('of which nothing is spoken stays in what was heard', async () => {
		const spoken = await SpokenUtterance.of('You are free.\n\u{1f600}\nAll day long.\n\u{1f389}');
		expect(spoken.voice.of('piece')).toEqual([
			{ type: 'piece', piece: 0, text: 'You are free.' },
			{ type: 'piece', piece: 2, text: 'All day long.' },
		]);
		spoken.hasMade(0, 500);
		spoken.hasMade(2, 500);
		await soon();
		expect(spoken.voice.of('end')).toHaveLength(1);
		await spoken.isDone();
		expect(await spoken.played(1000)).toEqual({ heard: 'You are free.\n\u{1f600}\nAll day long.\n\u{1f389}', spokenMs: 1000, complete: true });
	});

	it('that comes after the end is not taken', async () => {
		const spoken = await SpokenUtterance.of('You are free.');
		spoken.utterance.write(' All day.');
		spoken.utterance.settle();
		spoken.utterance.end();
		await soon();
		expect(spoken.pieces).toEqual(['You are free.']);
		expect(spoken.voice.of('end')).toHaveLength(1);
		expect(spoken.texts).toEqual(['You are free.']);
	});

	it('is told with all that came before it', () => {
		const spoken = new SpokenUtterance();
		spoken.utterance.write('You are');
		spoken.utterance.write(' free');
		expect(spoken.texts).toEqual(['You are', 'You are free']);
	});
});

describe('the voice', () => {
	it('has two pieces at once, and the next as soon as one is made', async () => {
		const spoken = new SpokenUtterance();
		spoken.utterance.write('One is here. Two is here. Three is here. Four is');
		await soon();
		expect(spoken.pieces).toEqual(['One is here.', 'Two is here.']);
		spoken.hasMade(0, 500);
		await soon();
		expect(spoken.pieces).toEqual(['One is here.', 'Two is here.', 'Three is here.']);
		expect(spoken.voice.of('end')).toEqual([]);
	});

	it('is held when it is four seconds ahead, and goes on at three', async () => {
		const spoken = await SpokenUtterance.of('You are free.');
		spoken.makes(0, 4000);
		await soon();
		expect(spoken.voice.of('hold')).toEqual([]);
		spoken.makes(0, 100);
		spoken.makes(0, 100);
		await soon();
		expect(spoken.voice.of('hold')).toEqual([{ type: 'hold', hold: true, unheardMs: 4100 }]);
		spoken.plays(1100);
		await soon();
		expect(spoken.voice.of('hold')).toHaveLength(1);
		spoken.plays(1200);
		spoken.plays(1300);
		await soon();
		expect(spoken.voice.of('hold').slice(1)).toEqual([{ type: 'hold', hold: false, unheardMs: 3000 }]);
	});

	it('gets no more pieces while it is four seconds ahead', async () => {
		const spoken = await SpokenUtterance.of('One is here. Two is here. Three is here.');
		spoken.makes(0, 4100);
		spoken.hasMade(0);
		await soon();
		expect(spoken.pieces).toHaveLength(2);
		spoken.plays(100);
		await soon();
		expect(spoken.pieces).toHaveLength(3);
		expect(spoken.voice.of('end')).toHaveLength(1);
	});

	it('speaks for a caller who listens, with the settings of the utterance', async () => {
		const spoken = await SpokenUtterance.of('You are free.', { engine: 'orpheus', interruptible: false });
		expect(spoken.voice.params).toMatchObject({ realTime: true, settings: { engine: 'orpheus' } });
		spoken.makes(0, 100);
		expect(spoken.of('utterance')).toEqual([{ type: 'utterance', utteranceId: 'u1', sampleRate: VOICE_RATE, interruptible: false }]);
	});

	it('is known by who spoke in the end', async () => {
		const spoken = await SpokenUtterance.of('You are free.', { engine: 'orpheus' });
		expect(spoken.utterance.doneBy).toEqual({ engine: 'orpheus', replaced: [] });
		const replaced = [{ engine: 'orpheus', code: 'VOICE_ERR_TOO_SLOW', message: 'too slow' } as never];
		spoken.voice.emit({ type: 'doneBy', engine: 'flite', replaced });
		expect(spoken.utterance.doneBy).toEqual({ engine: 'flite', replaced });
	});

	it('that speaks of a piece it was not given is not believed', async () => {
		const spoken = await SpokenUtterance.of('You are free.');
		spoken.makes(7, 100);
		spoken.hasMade(7);
		expect(spoken.sent).toEqual([]);
	});
});

describe('the sound', () => {
	it('is announced once, played in order, and ended once', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.makes(0, 100);
		spoken.hasMade(0, 200);
		spoken.hasMade(1, 300);
		await spoken.isDone();
		expect(spoken.sent.map(({ type }) => type)).toEqual(['utterance', 'play', 'play', 'play', 'playEnd']);
		expect(spoken.of('play').map(({ pcm }) => pcm.length)).toEqual([100, 200, 300].map(samplesOf));
		expect(spoken.utterance.over).toBe(false);
		expect(await spoken.played(600)).toEqual({ heard: TWO, spokenMs: 600, complete: true });
		expect(spoken.utterance).toMatchObject({ over: true, complete: true, heard: TWO });
	});

	it('marks its stages once each and in order', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.hasMade(0, 500);
		spoken.begins(1000);
		spoken.hasMade(1, 500);
		spoken.plays(600);
		await spoken.isDone();
		await spoken.played(1000);
		expect(spoken.marks).toEqual([
			['firstPiece', undefined],
			['firstVoiceAudio', undefined],
			['firstAudioSent', 1000],
			['audible', 1020],
		]);
	});

	it('counts as heard word by word while it is played', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.hasMade(0, 600);
		spoken.hasMade(1, 600);
		expect(spoken.utterance.heard).toBe('');
		spoken.plays(600);
		expect(spoken.utterance.heard).toBe('You are free.');
		expect(spoken.utterance.playedSamples).toBe(samplesOf(600));
		spoken.plays(1000);
		expect(spoken.utterance.heard).toBe('You are free. All day');
	});

	it('of which media reports a last sample too few was heard whole', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.hasMade(0, 500);
		spoken.hasMade(1, 500);
		await spoken.isDone();
		expect(await spoken.played(990)).toEqual({ heard: TWO, spokenMs: 1000, complete: true });
	});

	it('that was cut by media ends with what was heard, and its voice stops', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.hasMade(0, 500);
		expect(await spoken.played(500, false)).toEqual({ heard: 'You are free.', spokenMs: 500, complete: false });
		expect(spoken.voice.cancelled).toBe(true);
		await spoken.fails(CANCELLED);
		expect(spoken.of('playEnd')).toEqual([]);
	});
});

describe('a voice that fails', () => {
	const broken = new VoiceError('VOICE_ERR_MODEL_FAILED', 'The voice broke.');

	it('before its first sound ends the utterance', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		await spoken.fails(broken);
		expect(spoken.outcomes).toEqual([{ heard: '', spokenMs: 0, complete: false, error: broken }]);
		expect(spoken.utterance.failure).toBe(broken);
		expect(spoken.sent).toEqual([]);
	});

	it('in mid-sentence is heard as far as it came', async () => {
		const spoken = await SpokenUtterance.of('You are free. All day long. And tomorrow.');
		spoken.hasMade(0, 600);
		spoken.makes(1, 300);
		await spoken.fails(broken);
		expect(spoken.outcomes).toEqual([]);
		expect(spoken.of('playEnd')).toHaveLength(1);
		spoken.plays(700);
		expect(spoken.pieces).toHaveLength(2);
		const outcome = await spoken.played(900);
		expect(outcome).toMatchObject({ spokenMs: 900, complete: false, error: broken });
		expect(outcome?.heard).toMatch(/^You are free\. All/);
		expect(outcome?.heard).not.toContain('long');
		expect(spoken.utterance.complete).toBe(false);
	});

	it('takes no more text, and is not asked again', async () => {
		const spoken = new SpokenUtterance();
		spoken.utterance.write('You are free. And I');
		await soon();
		spoken.makes(0, 300);
		await spoken.fails(broken);
		spoken.utterance.write(' mean it.');
		spoken.utterance.settle();
		spoken.utterance.end();
		await soon();
		expect(spoken.pieces).toEqual(['You are free.']);
		expect(spoken.texts).toEqual(['You are free. And I']);
		expect(spoken.inference.asked).toBe(1);
		expect(spoken.of('playEnd')).toHaveLength(1);
	});

	it('after its last sound was heard whole', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.hasMade(0, 500);
		spoken.hasMade(1, 500);
		await spoken.fails(broken);
		expect(await spoken.played(1000)).toEqual({ heard: TWO, spokenMs: 1000, complete: false, error: broken });
	});

	it('with its process ends the utterance with that code', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		spoken.inference.die();
		await soon();
		expect(spoken.outcomes).toMatchObject([{ complete: false, error: { code: 'VOICE_ERR_INFERENCE_LOST' } }]);
	});

	it('because there is no process to be had ends it too', async () => {
		const spoken = new SpokenUtterance();
		spoken.inference.refuse(INFERENCE_LOST);
		spoken.utterance.write('You are free. ');
		await soon();
		spoken.utterance.write('You are free. ');
		spoken.utterance.end();
		await soon();
		expect(spoken.outcomes).toEqual([{ heard: '', spokenMs: 0, complete: false, error: INFERENCE_LOST }]);
		expect(spoken.inference.asked).toBe(1);
	});

	it('for another reason than one of ours has a code all the same', async () => {
		const spoken = await SpokenUtterance.of(TWO);
		await spoken.fails(new TypeError('x is undefined') as never);
		expect(spoken.outcomes).toMatchObject([{ error: { code: 'VOICE_ERR_INFERENCE_LOST' } }]);
	});
});

describe('longer than it may be', () => {
	it('ends at that very sample, played to its end, and the voice stops', async () => {
		const spoken = await SpokenUtterance.of(TWO, { longestSpeech: 1 });
		spoken.hasMade(0, 800);
		spoken.makes(1, 400);
		spoken.makes(1, 400);
		expect(spoken.of('play').reduce((sum, { pcm }) => sum + pcm.length, 0)).toBe(samplesOf(1000));
		expect(spoken.of('playEnd')).toHaveLength(1);
		await soon();
		expect(spoken.voice.cancelled).toBe(true);
		await spoken.fails(CANCELLED);
		expect(spoken.limits).toBe(1);
		expect(spoken.outcomes).toEqual([]);
		expect(await spoken.played(1000)).toEqual({ heard: 'You are free.', spokenMs: 1000, complete: false });
		expect(spoken.utterance.reachedLimit).toBe(true);
	});

	it('says nothing of what is still written', async () => {
		const spoken = new SpokenUtterance({ longestSpeech: 1 });
		spoken.utterance.write('You are free. All');
		await soon();
		spoken.makes(0, 1200);
		spoken.utterance.write(' day long.');
		spoken.utterance.settle();
		spoken.utterance.end();
		await soon();
		expect(spoken.pieces).toEqual(['You are free.']);
		await spoken.isDone();
		expect(spoken.of('playEnd')).toHaveLength(1);
	});

	it('just as long as it may be is whole', async () => {
		const spoken = await SpokenUtterance.of(TWO, { longestSpeech: 1 });
		spoken.hasMade(0, 500);
		spoken.hasMade(1, 500);
		await spoken.isDone();
		expect(await spoken.played(1000)).toEqual({ heard: TWO, spokenMs: 1000, complete: true });
		expect(spoken.limits).toBe(0);
	});

	it('goes on over the next link up to its limit, and no further', async () => {
		const spoken = await SpokenUtterance.of(TWO, { longestSpeech: 1 });
		spoken.makes(0, 1200);
		spoken.plays(300);
		spoken.loses();
		spoken.finds();
		expect(spoken.of('play').reduce((sum, { pcm }) => sum + pcm.length, 0)).toBe(samplesOf(700));
		expect(spoken.of('playEnd')).toHaveLength(1);
	});
});
