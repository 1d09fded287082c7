import type { ConversationInput } from '../../dialogue/conversation-events';
import type { MediaLinkEvent } from './media-link';

/** What media notices of the caller's sound. */
export type CallerSpeechEvent = Extract<MediaLinkEvent, { type: 'speechStarted' | 'speechPaused' | 'speechWentOn' | 'speechStopped' | 'soundMissing' | 'soundBack' }>;

/** The same, as the dialogue is told. */
export function inputOf(event: CallerSpeechEvent): ConversationInput {
	switch (event.type) {
		case 'speechStarted':
			return { type: 'callerSpeechStarted', at: event.at, speechAt: event.speechAt };
		case 'speechPaused':
			return { type: 'callerPaused', at: event.at, speechEndAt: event.speechEndAt };
		case 'speechWentOn':
			return { type: 'callerWentOn', at: event.at };
		case 'speechStopped':
			return { type: 'callerSpeechStopped', at: event.at, speechEndAt: event.speechEndAt };
		default:
			return event;
	}
}
