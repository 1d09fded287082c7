// Guards against: a turn that ends twice, that two executions answer, or whose stages are timed twice.
import { VoiceError } from '../../contract/errors';
import { thrownCode } from '../calls/call-scenario.fixture';
import { Turn, type TurnReply } from './turn';

const START = {
	type: 'startTurn',
	n: 1,
	text: 'monday',
	understood: true,
	recognised: true,
	confidence: 0.9,
	speechStartAt: 100,
	speechEndAt: 600,
	declaredAt: 900,
	finalAt: 850,
	reason: 'complete',
} as const;

function turnAt(time: { now: number }): Turn {
	return new Turn(START, [], undefined, { now: () => time.now });
}

function reply(): TurnReply & { interrupted: number } {
	return { text: '', working: true, waitsForTools: false, tellsOfTools: false, idle: Promise.resolve(), interrupted: 0, interrupt() { this.interrupted++; }, toolResults: async () => await Promise.reject(new Error('no tools')), lateToolResults: () => undefined, resultsToCome: false, tokens: 0, failed: false, isAskedAgain: () => false, answerTo: () => undefined, writing: undefined, again: async () => await Promise.reject(new Error('not asked again')) };
}

it.each([
	['spoken', 'interrupted'],
	['interrupted', 'failed'],
	['failed', 'spoken'],
] as const)('ends once: %s, though %s comes after', (first, second) => {
	const turn = turnAt({ now: 0 });
	expect(turn.end(first)).toBe(true);
	expect(turn.end(second, new VoiceError('VOICE_ERR_INTERNAL', 'late'))).toBe(false);
	expect(turn.ended).toEqual({ kind: first });
});

it('stops its reply when it does not end by itself', () => {
	const [spoken, interrupted, failed] = [turnAt({ now: 0 }), turnAt({ now: 0 }), turnAt({ now: 0 })];
	const replies = [spoken, interrupted, failed].map((turn) => {
		const writing = reply();
		turn.answerWith(writing);
		return writing;
	});
	spoken.end('spoken');
	interrupted.end('interrupted');
	failed.end('failed', new VoiceError('VOICE_ERR_INTERNAL', 'broken'));
	expect(replies.map((writing) => writing.interrupted)).toEqual([0, 1, 1]);
});

it('takes a reply that comes after its interruption, and stops it; refuses one after a failure', () => {
	const interrupted = turnAt({ now: 0 });
	interrupted.end('interrupted');
	const late = reply();
	interrupted.answerWith(late);
	expect(late.interrupted).toBe(1);
	const failed = turnAt({ now: 0 });
	failed.end('failed', new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'n8n stopped.'));
	expect(() => failed.answerWith(reply())).toThrow('n8n stopped.');
});

it('is live until it was interrupted or has failed', () => {
	const turn = turnAt({ now: 0 });
	turn.assertLive();
	turn.end('spoken');
	turn.assertLive();
	const other = turnAt({ now: 0 });
	other.end('interrupted');
	expect(thrownCode(() => other.assertLive())).toBe('VOICE_ERR_TURN_ENDED');
});

it('belongs to the first execution that asks', () => {
	const turn = turnAt({ now: 1000 });
	expect(turn.claimed).toBe(false);
	turn.claim('e1');
	turn.claim('e1');
	expect(thrownCode(() => turn.claim('e2'))).toBe('VOICE_ERR_TURN_CLAIMED');
	expect(turn.claimed).toBe(true);
});

it('is attended while nodes ask, however they end', async () => {
	const turn = turnAt({ now: 0 });
	let end: () => void = () => undefined;
	const first = turn.attend(async () => await new Promise<void>((resolve) => (end = resolve)));
	const second = turn.attend(async () => await Promise.reject(new Error('no')));
	expect(turn.attended).toBe(true);
	await expect(second).rejects.toThrow('no');
	expect(turn.attended).toBe(true);
	end();
	await first;
	expect(turn.attended).toBe(false);
});

describe('its timings', () => {
	it('count the first happening of each stage', () => {
		const time = { now: 1000 };
		const turn = turnAt(time);
		turn.claim('e1');
		time.now = 1010;
		turn.modelAsked();
		time.now = 1050;
		turn.mark('firstTokenAt');
		time.now = 1060;
		turn.mark('firstTokenAt');
		expect(turn.timings).toMatchObject({ eou_delay: 300, transcription_delay: 250, workflow_delay: 100, nodes_delay: 10, ttft: 40, user_speech: 500 });
	});

	it('of the model count from the ask that wrote the first word', () => {
		const time = { now: 1000 };
		const turn = turnAt(time);
		turn.modelAsked();
		time.now = 2000;
		turn.modelAsked();
		time.now = 2100;
		turn.mark('firstTokenAt');
		time.now = 3000;
		turn.modelAsked();
		expect(turn.timings.ttft).toBe(100);
	});

	it('of tools are those of all tools together', () => {
		const turn = turnAt({ now: 1000 });
		turn.toolsStarted([{ id: 'a', name: 'book', arguments: {} }, { id: 'b', name: 'list', arguments: {} }]);
		turn.toolFinished({ id: 'a', ok: true, result: 1, durationMs: 20 });
		turn.toolFinished({ id: 'b', ok: false, result: 'no', durationMs: 30 });
		expect(turn.timings.tools).toBe(50);
		expect(turn.tools.map(({ result }) => result?.ok)).toEqual([true, false]);
	});
});

it('knows what was recognised again, and by whom', () => {
	const turn = turnAt({ now: 2000 });
	expect(turn.heardFromCaller).toMatchObject({ text: 'monday', doneBy: { engine: '', replaced: [] } });
	turn.recognisedAgain('on monday', { engine: 'whisper', replaced: [] }, 0.9);
	expect(turn.heardFromCaller.text).toBe('on monday');
	expect(turn.text).toBe('monday');
});
