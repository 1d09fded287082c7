import type { ConversationInput } from '../../dialogue/conversation-events';
import type { MediaLinkEvent } from './media-link';

/** What media notices of the caller's sound. */
export type CallerSpeechEvent = Extract<MediaLinkEvent, { type: 'speechStarted' | 'speechStopped' | 'soundMissing' | 'soundBack' }>;

/** The same, as the dialogue is told. */
export function inputOf(event: CallerSpeechEvent): ConversationInput {
	switch (event.type) {
		case 'speechStarted':
			return { type: 'callerSpeechStarted', at: event.at, speechAt: event.speechAt };
		case 'speechStopped':
			return { type: 'callerSpeechStopped', at: event.at, speechEndAt: event.speechEndAt };
		default:
			return event;
	}
}
