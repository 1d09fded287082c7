// Guards against speech that is announced twice, never ended, or timed wrongly.
import fc from 'fast-check';
import { type SpeechEdge, SpeechDetector } from './speech-detector';

const FRAME = 32;

function run(probabilities: number[], flushSilenceMs = 200): SpeechEdge[] {
	const detector = new SpeechDetector(flushSilenceMs);
	return probabilities.flatMap((probability, index) => detector.push(probability, (index + 1) * FRAME) ?? []);
}

function times(count: number, probability: number): number[] {
	return new Array<number>(count).fill(probability);
}

it('begins with the second likely frame and counts from the first', () => {
	expect(run([...times(10, 0.1), 0.6, 0.6])).toEqual([{ type: 'started', at: 12 * FRAME, speechAt: 10 * FRAME }]);
});

it('takes one likely frame for a click', () => {
	expect(run([0.9, 0.1, 0.9, 0.1, 0.9, 0.49, 0.9])).toEqual([]);
});

it('ends after the asked silence, counted from where the voice ended', () => {
	const edges = run([...times(10, 0.9), ...times(20, 0.1)]);
	// Last frame of speech ends at 320; the voice ended 64 before; 200 later is 456, and the frame nearest to that ends at 448.
	expect(edges.slice(1)).toEqual([{ type: 'paused', at: 352, speechEndAt: 256 }, { type: 'stopped', at: 448, speechEndAt: 256 }]);
	expect(run([...times(10, 0.9), ...times(20, 0.1)], 120)[1]).toEqual({ type: 'paused', at: 352, speechEndAt: 256 });
	expect(run([...times(10, 0.9), ...times(20, 0.1)], 110)[1]).toEqual({ type: 'stopped', at: 352, speechEndAt: 256 });
});

it('goes on through what is still a bit likely: these are pauses', () => {
	const edges = run([...times(5, 0.9), ...times(3, 0.1), 0.36, ...times(3, 0.1), 0.36, ...times(3, 0.1)]);
	expect(edges.map(({ type }) => type)).toEqual(['started', 'paused', 'wentOn', 'paused', 'wentOn', 'paused']);
	expect(edges[2]).toEqual({ type: 'wentOn', at: 9 * FRAME });
});

it('always alternates, pauses in between, and a stretch of speech ends after it began', () => {
	const probability = fc.oneof(fc.constant(0.05), fc.constant(0.95), fc.double({ min: 0, max: 1, noNaN: true }));
	fc.assert(
		fc.property(fc.array(probability, { maxLength: 300 }), fc.integer({ min: 100, max: 1000 }), (probabilities, flush) => {
			const edges = run(probabilities, flush);
			const follows = { none: ['started'], started: ['paused', 'stopped'], paused: ['wentOn', 'stopped'], wentOn: ['paused', 'stopped'], stopped: ['started'] };
			edges.forEach((edge, index) => {
				const before = edges[index - 1];
				expect(follows[before?.type ?? 'none']).toContain(edge.type);
				if (before) expect(edge.at).toBeGreaterThan(before.at);
				if (edge.type === 'stopped') expect(edge.at - edge.speechEndAt).toBeGreaterThanOrEqual(flush - FRAME / 2);
			});
		}),
	);
});

describe('frames that were made up because packets were missing', () => {
	const FRAME = 32;
	function hear(parts: ReadonlyArray<readonly ['speech' | 'silence' | 'missing', number]>) {
		const detector = new SpeechDetector(200);
		let at = 0;
		return parts.flatMap(([kind, frames]) =>
			Array.from({ length: frames }, () => {
				at += FRAME;
				const edge = detector.push(kind === 'speech' ? 0.9 : 0.05, at, kind === 'missing');
				return edge ? { ...edge, at } : [];
			}).flat(),
		);
	}

	it('are no silence: speech before and after them is one', () => {
		expect(hear([['speech', 20], ['missing', 300], ['speech', 20], ['silence', 20]]).map(({ type }) => type)).toEqual(['started', 'paused', 'stopped']);
	});

	it('do not shorten the silence after them, and nobody knows when the speech ended', () => {
		const straight = hear([['speech', 20], ['silence', 20]])[2];
		const edge = hear([['speech', 20], ['missing', 100], ['silence', 20]])[2];
		expect(edge?.at).toBe((straight?.at ?? 0) + 100 * FRAME);
		expect((edge as { speechEndAt: number }).speechEndAt).toBe((straight as { speechEndAt: number }).speechEndAt + 100 * FRAME);
	});

	it('begin no speech', () => {
		const detector = new SpeechDetector(200);
		for (let frame = 1; frame < 20; frame++) expect(detector.push(0.9, frame * FRAME, true)).toBeUndefined();
	});
});
