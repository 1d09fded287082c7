import { createHmac } from 'node:crypto';
import { SIGNATURE_HEADER } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { TriggerEvent } from '../../contract/turn';

/** n8n answers a webhook as soon as the execution has started; an editor that listens needs up to a second. */
const POST_LIMIT_MS = 10_000;

/**
 * Starts an execution by a signed POST to the trigger's own webhook: about 90 ms to the first node, and the
 * way that also works for the editor's test button and while n8n's main process is down (queue mode).
 */
export async function postToTrigger(url: string, key: string, event: TriggerEvent): Promise<void> {
	const body = JSON.stringify(event);
	const signature = createHmac('sha256', key).update(body).digest('hex');
	const limit = AbortSignal.timeout(POST_LIMIT_MS);
	let response: Response;
	try {
		response = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: `sha256=${signature}` },
			body,
			redirect: 'error',
			signal: limit,
		});
	} catch (error) {
		throw new VoiceError('VOICE_ERR_WORKFLOW_GONE', `n8n ${limit.aborted ? `did not answer within ${POST_LIMIT_MS / 1000} s` : 'could not be reached'}.`, {
			cause: error,
			remedy: 'Check that n8n is running and that the runtime can reach its webhook URL (WEBHOOK_URL in n8n), then speak again.',
		});
	}
	await response.body?.cancel();
	if (response.ok) return;
	if (response.status === 404) throw new VoiceError('VOICE_ERR_NOT_LISTENING', 'The workflow is not published and no test is running.');
	throw new VoiceError('VOICE_ERR_WORKFLOW_FAILED', `n8n did not start the workflow: it answered with HTTP ${response.status}.`);
}
