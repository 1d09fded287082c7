// Guards against: a judge of the end of a turn that runs, and cannot tell a sentence from its first half. Its weights are real, and so is the voice.
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { TurnEndJudge } from '../../runtime/inference/turn-end/turn-end-judge';
import { prompts } from './weights/prompts';
import { describeWithWeights, weights } from './weights/weights';

const CLIPS = 40;
/** Asked after so much silence, of a quiet room. */
const SILENCE = Int16Array.from({ length: 0.2 * LISTEN_RATE }, (_, at) => ((at * 7919) % 23) - 11);

/** The recordings begin and end with silence of their own. */
function audible(pcm: Int16Array): Int16Array {
	return pcm.slice(pcm.findIndex((sample) => Math.abs(sample) > 160), pcm.findLastIndex((sample) => Math.abs(sample) > 160) + 1);
}

/** Up to the quietest moment about its middle. */
function firstHalf(pcm: Int16Array): Int16Array {
	const loudness = (at: number): number => pcm.subarray(at, at + 320).reduce((sum, sample) => sum + Math.abs(sample), 0);
	const places = Array.from({ length: 60 }, (_, step) => Math.round(pcm.length * (0.3 + 0.005 * step)));
	const quietest = places.reduce((best, at) => (loudness(at) < loudness(best) ? at : best));
	return audible(pcm.slice(0, quietest));
}

describeWithWeights('the real smart-turn', () => {
	const judge = new TurnEndJudge(() => Promise.resolve(weights('smart-turn/smart-turn-v3.2-cpu.onnx')));
	afterAll(async () => await judge.close());
	const ended = async (pcm: Int16Array): Promise<number> => (await judge.judge('auto', joinPcm([pcm, SILENCE]), new AbortController().signal)).probability;

	it('tells recorded sentences from their first halves', async () => {
		const sentences = prompts().filter(({ text }) => text.split(' ').length >= 6 && !/[.;:?!] /.test(text)).slice(0, CLIPS);
		expect(sentences).toHaveLength(CLIPS);
		const whole: number[] = [];
		const halves: number[] = [];
		for (const { pcm } of sentences) {
			const said = audible(pcm());
			whole.push(await ended(said));
			halves.push(await ended(firstHalf(said)));
		}
		const pairs = whole.flatMap((one) => halves.map((other): number => (one > other ? 1 : one === other ? 0.5 : 0)));
		expect(pairs.reduce((sum, each) => sum + each, 0) / pairs.length).toBeGreaterThan(0.75);
	});
});
