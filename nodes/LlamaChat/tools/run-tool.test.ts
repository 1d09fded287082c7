// Guards against: a tool that fails, hangs or doesn't exist taking the caller's answer away, and its late failure
// taking n8n down.
import { VoiceError } from '../../../runtime/contract/errors';
import { runTool } from './run-tool';
import type { Tool } from './tool';

const CALL = { id: 'c1', name: 'book', arguments: { day: 'Monday' } };

function toolsWith(run: Tool['run'], limitMs = 60_000): Map<string, Tool> {
	return new Map([['book', { limitMs, run, spec: { name: 'book', description: '', parameters: {}, sayWhileRunning: '' } }]]);
}

test('gives the result, with the execution it came from', async () => {
	const result = await runTool(toolsWith(async (args) => ({ result: args, executionId: '42' })), CALL, undefined);
	expect(result).toEqual({ id: 'c1', ok: true, result: { day: 'Monday' }, executionId: '42', durationMs: expect.any(Number) });
});

test('a failure is a result', async () => {
	const failing = toolsWith(async () => {
		throw new Error('Workflow is not active and cannot be executed.');
	});
	expect(await runTool(failing, CALL, undefined)).toMatchObject({
		id: 'c1',
		ok: false,
		result: { error: 'Workflow is not active and cannot be executed.', code: 'VOICE_ERR_TOOL_FAILED' },
	});
	expect(await runTool(new Map(), CALL, undefined)).toMatchObject({ ok: false, result: { code: 'VOICE_ERR_TOOL_UNKNOWN' } });
});

test('a tool that hangs is pending, and what it gives or throws later is taken', async () => {
	for (const [settle, later] of [
		['resolve', { id: 'c1', ok: true, result: 'at last' }],
		['reject', { id: 'c1', ok: false, result: { error: 'much later', code: 'VOICE_ERR_TOOL_FAILED' } }],
	] as const) {
		let end = (): void => undefined;
		const hanging = toolsWith(
			async () => await new Promise((resolve, reject) => (end = () => (settle === 'resolve' ? resolve({ result: 'at last' }) : reject(new Error('much later'))))),
			5,
		);
		const late: Array<Promise<unknown>> = [];
		const result = await runTool(hanging, CALL, undefined, (given) => late.push(given));
		expect(result).toMatchObject({ ok: false, pending: true, result: { status: 'still running', code: 'VOICE_ERR_TOOL_TIMEOUT' } });
		end();
		expect(await Promise.all(late)).toMatchObject([later]);
	}
});

test('what it throws later harms nobody, even if nobody takes it', async () => {
	let fail: (error: Error) => void = () => undefined;
	const hanging = toolsWith(async () => await new Promise((_resolve, reject) => (fail = reject)), 5);
	expect(await runTool(hanging, CALL, undefined)).toMatchObject({ ok: false });
	fail(new Error('much later'));
	await new Promise((resolve) => setImmediate(resolve));
});

test('a stopped execution waits for no tool, and starts none', async () => {
	const stop = new AbortController();
	const runs: number[] = [];
	const hanging = toolsWith(async () => await new Promise(() => runs.push(1)));
	const waiting = runTool(hanging, CALL, stop.signal);
	stop.abort();
	await expect(waiting).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	await expect(runTool(hanging, CALL, stop.signal)).rejects.toBeInstanceOf(VoiceError);
	expect(runs).toHaveLength(1);
});

test('no result at all is null, which JSON can carry', async () => {
	expect(await runTool(toolsWith(async () => ({ result: undefined })), CALL, undefined)).toMatchObject({ ok: true, result: null });
});
