// Guards against: a node that works on another execution's turn, waits for an answer that nobody gives, or is left working when n8n has gone.
import { once } from 'node:events';
import http from 'node:http';
import { VoiceError } from '../../contract/errors';
import { Certainty } from '../turns/certainty';
import { AUTHORIZED, HttpDoor, TURN_ID } from './http-door.fixture';

const ASKER = { executionId: '7', node: 'A node' };
const SPEAK = { engine: 'flite', voice: 'slt' };
const DONE_BY = { engine: 'e', replaced: [] };
const TRANSCRIPT = { text: 'hello', understood: true, confidence: 1, lookAhead: true, note: '', timings: {}, ...DONE_BY };
const USAGE = { promptTokens: 1, reusedTokens: 0, completionTokens: 2 };
const STEP = { status: 'done', text: 'Hi.', interrupted: false, tools: [], lookAhead: true, note: '', usage: USAGE, timings: {}, ...DONE_BY };
const SPEECH = { heard: 'Hi.', text: 'Hi.', interrupted: false, reachedLimit: false, lookAhead: true, note: '', spokenMs: 300, gaps: { count: 0, totalMs: 0, longestMs: 0, causes: {} }, timings: {}, ...DONE_BY };
const RESULT = { id: 'c1', name: 'tool', ok: true, content: 'done', durationMs: 1 };

let door: HttpDoor;
/** The turn, and who answers for it. */
const turn = { audio: [new Int16Array([1, 2]), new Int16Array([3])], claim: jest.fn(), certainty: Certainty.given() };
const api = { asked: jest.fn(), transcript: jest.fn(), reply: jest.fn(), toolResults: jest.fn(), lateToolResults: jest.fn(), toolsRunning: jest.fn(), speech: jest.fn(), nodeFailed: jest.fn() };
let gone: AbortSignal;

beforeEach(async () => {
	jest.resetAllMocks();
	door = await HttpDoor.open();
	door.calls.turn.mockReturnValue({ api, turn });
	api.asked.mockImplementation(async (_turn: unknown, _executionId: string, signal: AbortSignal, act: () => Promise<unknown>) => {
		gone = signal;
		return await act();
	});
});
afterEach(async () => await door.close());

const post = async (what: string, body: object | undefined) => await door.askWithKey('POST', `/v1/turns/${TURN_ID}/${what}`, body);

const ASKS = [
	['transcript', { ...ASKER, settings: {} }, 'transcript', TRANSCRIPT],
	['reply', { ...ASKER, prompt: 'hello' }, 'reply', STEP],
	['tool-results', { ...ASKER, results: [RESULT] }, 'toolResults', STEP],
	['speech', { ...ASKER, text: 'Hi.', speak: SPEAK }, 'speech', SPEECH],
] as const;

describe.each(ASKS)('%s', (what, body, method, answer) => {
	it('is asked of the turn for this execution, and answered', async () => {
		api[method].mockResolvedValue({ ...answer, secret: 'not for nodes' });
		const response = await post(what, body);
		expect(response.status).toBe(200);
		expect(response.json()).toEqual(answer);
		expect(door.calls.turn).toHaveBeenCalledWith(TURN_ID);
		expect(api.asked).toHaveBeenCalledWith(turn, '7', expect.anything(), expect.anything());
		expect(gone.aborted).toBe(false);
	});

	it('without saying which execution asks is refused', async () => {
		for (const wrong of [undefined, {}, { ...body, executionId: '' }, { ...body, executionId: undefined }]) {
			const response = await post(what, wrong);
			expect(response.status).toBe(400);
			expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST' } });
		}
		expect(api.asked).not.toHaveBeenCalled();
	});

	it('of a turn that is not there is refused', async () => {
		door.calls.turn.mockImplementation(() => {
			throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'There is no such turn.');
		});
		expect((await post(what, body)).status).toBe(404);
	});

	it.each(['VOICE_ERR_TURN_CLAIMED', 'VOICE_ERR_TURN_ENDED', 'VOICE_ERR_INFERENCE_LOST'] as const)('that ends with %s says so', async (code) => {
		const error = new VoiceError(code, 'It did not work.');
		api[method].mockRejectedValue(error);
		const response = await post(what, body);
		expect(response.status).toBe(error.status);
		expect(response.json()).toEqual({ error: error.toShape() });
	});

	it('is given up when the node has gone', async () => {
		let asked = (): void => undefined;
		const waiting = new Promise<void>((resolve) => (asked = resolve));
		api[method].mockImplementation(async () => {
			asked();
			await new Promise((resolve) => gone.addEventListener('abort', resolve));
			return answer;
		});
		const url = `/v1/turns/${TURN_ID}/${what}`;
		const request = http.request({ port: door.port, method: 'POST', path: url, headers: { ...AUTHORIZED, 'content-type': 'application/json' } });
		request.once('error', () => undefined).end(JSON.stringify(body));
		await waiting;
		expect(gone.aborted).toBe(false);
		request.destroy();
		await once(gone, 'abort');
	});
});

it('what was said is a WAV file of 16 kHz', async () => {
	const response = await door.askWithKey('GET', `/v1/turns/${TURN_ID}/audio`);
	expect(response.headers['content-type']).toBe('audio/wav');
	expect(response.body.subarray(0, 4).toString()).toBe('RIFF');
	expect(response.body.readUInt32LE(24)).toBe(16_000);
	expect([...response.body.subarray(44)]).toEqual([1, 0, 2, 0, 3, 0]);
});

it('an execution that claims a turn which was begun early learns whether it counts', async () => {
	const early = new Certainty('modelAndVoice');
	door.calls.turn.mockReturnValue({ api, turn: { ...turn, certainty: early } });
	const claimed = post('claim', ASKER);
	early.supersede();
	const answer = await claimed;
	expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'VOICE_ERR_TURN_SUPERSEDED' } }]);
});

it('an execution in the editor claims the turn, and learns whether it is or was its own', async () => {
	expect((await post('claim', ASKER)).status).toBe(204);
	expect(turn.claim).toHaveBeenCalledWith('7');
	door.calls.turn.mockImplementation(() => {
		throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'There is no such turn.');
	});
	expect((await post('claim', ASKER)).json()).toMatchObject({ error: { code: 'VOICE_ERR_TURN_ENDED' } });
	expect((await post('claim', { ...ASKER, executionId: '8' })).json()).toMatchObject({ error: { code: 'VOICE_ERR_TURN_UNKNOWN' } });
	expect((await post('claim', {})).status).toBe(400);
});

it('a node that fails says so, and how often n8n tries it', async () => {
	const failure = { ...ASKER, run: 1, item: 0, code: 'X', message: 'It broke', tries: 3, retryAfterMs: 1000 };
	const response = await post('failure', failure);
	expect(response.status).toBe(204);
	expect(api.nodeFailed).toHaveBeenCalledWith(turn, failure);
	await post('failure', { ...ASKER, code: 'X', message: 'It broke' });
	expect(api.nodeFailed).toHaveBeenLastCalledWith(turn, { ...ASKER, code: 'X', message: 'It broke', tries: 1, retryAfterMs: 0 });
});

it('a node of another execution cannot fail it', async () => {
	api.nodeFailed.mockImplementation(() => {
		throw new VoiceError('VOICE_ERR_TURN_CLAIMED', 'Another execution answers.');
	});
	expect((await post('failure', { ...ASKER, code: 'X', message: 'It broke' })).status).toBe(409);
});

it.each([{ ...ASKER }, { ...ASKER, code: 'X', message: 'x'.repeat(2001) }, { code: 'X', message: 'no execution' }])('a failure like %j is refused', async (body) => {
	expect((await post('failure', body)).status).toBe(400);
	expect(api.nodeFailed).not.toHaveBeenCalled();
});

it.each(['x', `s_${'t'.repeat(24)}`, `t_${'t'.repeat(60)}`])('the id %s is refused before anybody looks for it', async (id) => {
	expect((await door.askWithKey('GET', `/v1/turns/${id}/audio`)).status).toBe(400);
	for (const [what, body] of ASKS) expect((await door.askWithKey('POST', `/v1/turns/${id}/${what}`, body)).status).toBe(400);
	expect(door.calls.turn).not.toHaveBeenCalled();
});

describe('late results', () => {
	it('are taken for the execution that owns the turn, though nobody answers it any more', async () => {
		const response = await post('late-results', { ...ASKER, results: [RESULT] });
		expect(response.status).toBe(204);
		expect(turn.claim).toHaveBeenCalledWith('7');
		expect(api.lateToolResults).toHaveBeenCalledWith(turn, [{ id: 'c1', ok: true, durationMs: 1 }]);
		expect(api.asked).not.toHaveBeenCalled();
	});

	it('of another execution are refused', async () => {
		turn.claim.mockImplementation(() => {
			throw new VoiceError('VOICE_ERR_TURN_CLAIMED', 'Execution 6 already answers this turn.');
		});
		expect((await post('late-results', { ...ASKER, results: [RESULT] })).status).toBe(409);
		expect(api.lateToolResults).not.toHaveBeenCalled();
	});

	it('that are none are refused', async () => {
		for (const wrong of [undefined, ASKER, { ...ASKER, results: [] }]) expect((await post('late-results', wrong)).status).toBe(400);
	});
});
