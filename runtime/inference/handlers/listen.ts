import { joinPcm } from '../../audio/pcm';
import { VoiceError } from '../../contract/errors';
import type { CallContext, Handlers } from '../../rpc/server';
import type { InferenceProtocol, ListenEvent, ListenInput } from '../../rpc/inference-protocol';
import type { InferenceDeps } from './counters';
import type { FallbackStream } from '../recognition/fallback';

/** Passes inputs to the stream until it is closed, is lost, or the caller is gone. */
async function serve(
	stream: FallbackStream,
	{ signal, emit, onInput }: CallContext<ListenInput, ListenEvent>,
	lost: Promise<never>,
): Promise<void> {
	const flushes = new Set<Promise<void>>();
	const over = new Promise<void>((resolve, reject) => {
		signal.addEventListener('abort', () => reject(new VoiceError('VOICE_ERR_CANCELLED', 'The caller is gone.')), { once: true });
		const flush = async (id: string): Promise<void> => emit({ type: 'final', id, ...(await stream.flush()) });
		const soFar = async (id: string): Promise<void> => {
			const heard = await stream.soFar();
			if (heard) emit({ type: 'soFar', id, ...heard });
		};
		onInput((input) => {
			if (input.type === 'audio') stream.push(input.pcm);
			else if (input.type === 'reset') stream.reset();
			else if (input.type === 'close') resolve();
			else {
				const pending = (input.type === 'flush' ? flush(input.id) : soFar(input.id)).catch(reject);
				flushes.add(pending);
				void pending.finally(() => flushes.delete(pending));
			}
		});
	});
	await Promise.race([over, lost]);
	await Promise.race([Promise.all(flushes), lost]);
}

/** One caller's recognition, for as long as the session lasts. */
export function listenHandler({ recognisers, callModels, counters }: InferenceDeps): Handlers<InferenceProtocol>['listen'] {
	return async ({ settings, call }, context) =>
		await counters.count(counters.listens, context.signal, async () => {
			let lose: (error: VoiceError) => void = () => undefined;
			const lost = new Promise<never>((_resolve, reject) => {
				lose = reject;
			});
			// It may be lost before anybody waits for it.
			lost.catch(() => undefined);
			const stream = await recognisers.open(await callModels.transcribe(settings, call), {
				onPartials: (partials) => context.emit({ type: 'ready', partials }),
				onPartial: (text) => context.emit({ type: 'partial', text }),
				onFailed: (error) => lose(error),
			});
			try {
				if (context.signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The caller is gone.');
				await serve(stream, context, lost);
				return {};
			} finally {
				await stream.close();
			}
		});
}

/** A whole recording at once. */
export function transcribeHandler({ recognisers, callModels, counters }: InferenceDeps): Handlers<InferenceProtocol>['transcribe'] {
	return async ({ settings, pcm, call }, { signal }) =>
		await counters.count(counters.listens, signal, async () => {
			return await recognisers.transcribeAll(await callModels.transcribe(settings, call), joinPcm(pcm), signal);
		});
}
