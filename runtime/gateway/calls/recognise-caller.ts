import type { TranscribeSettings } from '../../contract/agent-settings';
import { type DoneBy, doneByOf } from '../../contract/engines';
import type { PageEvent } from '../../contract/page-events';
import type { ConversationEffect, ConversationInput } from '../../dialogue/conversation-events';
import { monotonicClock } from '../../lib/clock';
import type { InferenceServer } from './call-deps';
import { CallRecognition } from './recognition';

/**
 * A process that died is back within this, as a rule, and nothing is lost: what the caller says meanwhile is kept and
 * recognised afterwards. Only then it is worth an alarm.
 */
const COMES_BACK_MS = 5000;

/** Who hears of what the caller says. */
export interface CallerListener {
	readonly step: (input: ConversationInput) => void;
	readonly tell: (event: PageEvent) => void;
	readonly heardBy: (doneBy: DoneBy) => void;
}

export interface CallerRecognition extends Pick<CallRecognition, 'push' | 'reset' | 'close'> {
	ask(question: Extract<ConversationEffect, { type: 'requestFinal' | 'requestSoFar' }>): void;
}

/** The caller's words as the dialogue and the page get them; undefined where they are not recognised while they speak. */
export function recogniseCaller(inference: InferenceServer, settings: TranscribeSettings | null, { step, tell, heardBy }: CallerListener): CallerRecognition | undefined {
	if (!settings) return undefined;
	const at = (): number => monotonicClock.now();
	let alarm: NodeJS.Timeout | undefined;
	let alarmed: string | undefined;
	const recognition = new CallRecognition(inference, settings, {
		onReady: (partials) => {
			clearTimeout(alarm);
			alarm = undefined;
			step({ type: 'recognition', at: at(), available: true, partials });
			if (alarmed !== undefined) tell({ type: 'recovered', code: alarmed });
			alarmed = undefined;
		},
		onPartial: (text) => {
			step({ type: 'partial', at: at(), text });
			tell({ type: 'caption.partial', text });
		},
		onText: ({ type, id, text, understood, confidence, ...by }) => {
			heardBy(doneByOf(by));
			step({ type, at: at(), id, text, understood, confidence });
		},
		onFailed: (error) => {
			step({ type: 'recognition', at: at(), available: false, partials: false });
			const tellError = (): void => {
				alarmed = error.code;
				tell({ type: 'error', error: error.toShape() });
			};
			if (error.code !== 'VOICE_ERR_INFERENCE_LOST') tellError();
			else if (alarmed === undefined) alarm ??= setTimeout(tellError, COMES_BACK_MS);
		},
	});
	return {
		push: (pcm) => recognition.push(pcm),
		ask: ({ type, id }) => (type === 'requestFinal' ? recognition.flush(id) : recognition.askSoFar(id)),
		reset: () => recognition.reset(),
		close: () => {
			clearTimeout(alarm);
			recognition.close();
		},
	};
}
