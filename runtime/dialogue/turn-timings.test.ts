// Guards against: latencies that count from the wrong moment, or that are invented for stages that did not happen.
import { turnTimings as schema } from '../contract/turn';
import { timingsOf } from './turn-timings';

it('counts each stage from where contract/turn says', () => {
	const timings = timingsOf({
		speechStartAt: 1000,
		speechEndAt: 3000,
		finalAt: 3230.04,
		declaredAt: 3350,
		firstAskAt: 3362.26,
		modelAskedAt: 3370,
		firstTokenAt: 3420,
		toolsStartedAt: 3430,
		toolsMs: 80,
		firstPieceAt: 3500,
		firstVoiceAudioAt: 3540,
		firstAudioSentAt: 3550,
		audibleAt: 3580,
		playedAt: 6000,
		spokenMs: 2400,
	});
	expect(timings).toEqual({
		eou_delay: 350,
		transcription_delay: 230,
		workflow_delay: 12.3,
		nodes_delay: 7.7,
		ttft: 50,
		sentence_delay: 80,
		ttfb: 40,
		playout_delay: 40,
		first_audio_delay: 550,
		e2e_latency: 580,
		response_delay: 230,
		tools: 80,
		user_speech: 2000,
		agent_speech: 2400,
	});
	expect(schema.parse(timings)).toEqual(timings);
});

it('leaves out what did not happen', () => {
	expect(timingsOf({ speechStartAt: 0, speechEndAt: 900, declaredAt: 1600 })).toEqual({ eou_delay: 1600 - 900, user_speech: 900 });
	expect(timingsOf({ speechStartAt: 0, speechEndAt: 1, declaredAt: 2, firstTokenAt: 5 })).not.toHaveProperty('ttft');
});

it('adds up: no time between the stages is hidden', () => {
	const marks = { speechStartAt: 0, speechEndAt: 9, declaredAt: 10, firstAskAt: 30, modelAskedAt: 35, firstTokenAt: 70, firstPieceAt: 95 };
	const timings = timingsOf({ ...marks, firstVoiceAudioAt: 120, audibleAt: 133 });
	const { workflow_delay, nodes_delay, ttft, sentence_delay, ttfb, playout_delay, response_delay } = timings;
	const stages = [workflow_delay, nodes_delay, ttft, sentence_delay, ttfb, playout_delay];
	expect(stages.reduce((sum: number, ms) => sum + (ms ?? Number.NaN), 0)).toBe(response_delay);
});

it('of a turn that was begun early, counts only what somebody has waited for', () => {
	const marks = { speechStartAt: 0, speechEndAt: 100, begunAt: 340, declaredAt: 800, firstAskAt: 350, modelAskedAt: 355, firstTokenAt: 420, firstPieceAt: 810 };
	const timings = timingsOf({ ...marks, firstVoiceAudioAt: 830, audibleAt: 850 });
	expect(timings).toEqual({ eou_delay: 700, early_start: 460, workflow_delay: 0, nodes_delay: 0, ttft: 0, sentence_delay: 10, ttfb: 20, playout_delay: 20, e2e_latency: 750, response_delay: 50, user_speech: 100 });
});

it('knows no negative time: the end of speech is an estimate', () => {
	expect(timingsOf({ speechStartAt: 0, speechEndAt: 900, declaredAt: 1600, finalAt: 890 }).transcription_delay).toBe(0);
});
