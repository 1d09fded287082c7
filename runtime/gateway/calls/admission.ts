import type { AgentSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import { within } from '../../lib/async';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { Result } from '../../rpc/protocol';
import type { RestartingProcess } from '../children/restarting-process';
import type { MaxCalls } from '../options';

/** Calls at a time where the machine would carry more: `auto` is no promise for more than was ever tried. */
const MOST_AUTO = 16;
/** The answer is known at once; a process at work may be late. Nobody waits at the door for it. */
const ANSWER_MS = 500;

/** Loading takes a new process 1 to 3 s. Whoever calls hears a ringing tone for that long, and no longer. */
const COMES_BACK_MS = 3000;

type Capacity = Result<InferenceProtocol['capacity']>;

/**
 * Decides at the door whether the machine can carry one more call, and whether there is anybody to answer it: refused
 * there is better than served badly.
 */
export class Admission {
	constructor(
		private readonly inference: Pick<RestartingProcess<InferenceProtocol>, 'state' | 'ready' | 'trouble'>,
		private readonly limit: MaxCalls,
	) {}

	/**
	 * `calls` are under way, this one not counted. Rejects with VOICE_ERR_BUSY, or with VOICE_ERR_INFERENCE_LOST while the
	 * models' process hangs or does not come back; both say why.
	 */
	async admit(calls: number, agent: AgentSettings): Promise<void> {
		await this.assertServed();
		const most = this.limit === 'auto' ? MOST_AUTO : this.limit;
		if (calls >= most) throw new VoiceError('VOICE_ERR_BUSY', `${most} calls are under way.`);
		// The first call is always let in. A number is the owner's word, whatever was measured.
		if (calls === 0 || this.limit !== 'auto') return;
		const { sessions, why } = await this.capacity(agent);
		if (sessions === null || calls < sessions) return;
		throw new VoiceError('VOICE_ERR_BUSY', why, {
			remedy: 'Try again when a call has ended, choose smaller models or a voice that suits the machine, or set VOICE_LOOP_MAX_CALLS to let more calls in all the same.',
		});
	}

	/** A process that starts for the first time is waited for within the call, one that restarts for a moment here. */
	private async assertServed(): Promise<void> {
		const { trouble } = this.inference;
		if (trouble === undefined) return;
		const lost = new VoiceError('VOICE_ERR_INFERENCE_LOST', trouble, { remedy: 'It is started again by itself. Call again in a moment.' });
		await within(COMES_BACK_MS, lost, this.inference.ready());
	}

	/** What nobody can say right now limits nobody. */
	private async capacity({ transcribe, chat, speak, llamaChat }: AgentSettings): Promise<Capacity> {
		const unknown: Capacity = { sessions: null, why: '' };
		if (this.inference.state !== 'ready') return unknown;
		let late: NodeJS.Timeout | undefined;
		const limit = new Promise<Capacity>((resolve) => {
			late = setTimeout(() => resolve(unknown), ANSWER_MS);
		});
		const asked = this.inference.ready().then(async (client) => await client.call('capacity', { transcribe, chat, speak, llamaChat }).result);
		const answer = await Promise.race([asked.catch(() => unknown), limit]);
		clearTimeout(late);
		return answer;
	}
}
