// Guards against: a caller whose open microphone fills the memory, and sound of one turn in the next.
import { LISTEN_RATE } from '../../audio/pcm';
import { TurnAudio } from './turn-audio';

function secondOf(value: number): Int16Array {
	return new Int16Array(LISTEN_RATE).fill(value);
}

it('gives all that came, in order', () => {
	const audio = new TurnAudio();
	const blocks = [secondOf(1), secondOf(2), secondOf(3)];
	for (const block of blocks) audio.push(block);
	expect(audio.take()).toEqual(blocks);
});

it('shows the end of it without taking it', () => {
	const audio = new TurnAudio();
	expect(audio.last(10)).toEqual(new Int16Array(0));
	for (const value of [1, 2, 3]) audio.push(secondOf(value));
	const end = audio.last(LISTEN_RATE + 2);
	expect(end).toHaveLength(LISTEN_RATE + 2);
	expect([end[0], end[1], end[2]]).toEqual([2, 2, 3]);
	expect(audio.last(10 * LISTEN_RATE)).toHaveLength(3 * LISTEN_RATE);
	expect(audio.take()).toHaveLength(3);
});

it('keeps the newest two minutes', () => {
	const audio = new TurnAudio();
	for (let second = 1; second <= 120; second++) audio.push(secondOf(second));
	audio.push(secondOf(121));
	audio.push(secondOf(122));
	const taken = audio.take();
	expect(taken).toHaveLength(120);
	expect([taken[0]?.[0], taken.at(-1)?.[0]]).toEqual([3, 122]);
});

it('drops none of two minutes', () => {
	const audio = new TurnAudio();
	for (let second = 1; second <= 120; second++) audio.push(secondOf(second));
	expect(audio.take()).toHaveLength(120);
});

it('drops whole blocks, however unlike in length', () => {
	const audio = new TurnAudio();
	audio.push(secondOf(1));
	audio.push(new Int16Array(119 * LISTEN_RATE).fill(2));
	audio.push(new Int16Array(1).fill(3));
	expect(audio.take().map((block) => block[0])).toEqual([2, 3]);
});

it.each<[string, (audio: TurnAudio) => void]>([
	['taken', (audio) => audio.take()],
	['cleared', (audio) => audio.clear()],
])('begins anew when it was %s, with room for two minutes again', (_how, act) => {
	const audio = new TurnAudio();
	for (let second = 1; second <= 100; second++) audio.push(secondOf(1));
	act(audio);
	expect(audio.take()).toEqual([]);
	for (let second = 1; second <= 120; second++) audio.push(secondOf(2));
	expect(audio.take()).toHaveLength(120);
});

it('leaves what it has handed over alone', () => {
	const audio = new TurnAudio();
	audio.push(secondOf(1));
	const taken = audio.take();
	audio.push(secondOf(2));
	audio.clear();
	expect(taken).toEqual([secondOf(1)]);
});
