import type { ChatDone } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { RpcCall } from '../../rpc/client';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { ParamsIn } from '../../rpc/protocol';
import { FirstWordLimit } from './first-word';
import type { ReplyDeps } from './reply-deps';

/** One step of the model, from the question to its last word. One whose first word does not come in time stops. */
export class ModelAnswer {
	readonly result: Promise<ChatDone>;
	private generation: RpcCall<never, ChatDone> | undefined;
	private cancelled = false;

	constructor(deps: Pick<ReplyDeps, 'inference' | 'firstWordMs'>, params: ParamsIn<InferenceProtocol['chat']>, onText: (text: string) => void) {
		this.result = this.ask(deps, params, onText);
	}

	cancel(): void {
		this.cancelled = true;
		this.generation?.cancel();
	}

	private async ask({ inference, firstWordMs }: Pick<ReplyDeps, 'inference' | 'firstWordMs'>, params: ParamsIn<InferenceProtocol['chat']>, onText: (text: string) => void): Promise<ChatDone> {
		const limit = new FirstWordLimit(firstWordMs);
		const asking = async (): Promise<ChatDone> => {
			const client = await inference.ready();
			if (limit.isOver) throw new VoiceError('VOICE_ERR_CANCELLED', 'Nobody waits for this answer any more.');
			this.generation = client.call('chat', params, ({ text }) => {
				if (limit.isOver) return;
				limit.stop();
				onText(text);
			});
			if (this.cancelled) this.generation.cancel();
			return await this.generation.result;
		};
		const answer = asking();
		try {
			return await Promise.race([answer, limit.passed]);
		} catch (error) {
			// A model that is too slow stops; its answer is not waited for.
			answer.catch(() => undefined);
			this.generation?.cancel();
			throw error;
		} finally {
			limit.stop();
		}
	}
}
