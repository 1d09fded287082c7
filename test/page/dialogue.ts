import type { PageEvent } from '../../runtime/contract/page-events';
import { SESSION } from './page-server';

function turn(number: number): string {
	return `t_${String(number).padStart(20, '0')}`;
}

export const NOTE = 'Demo models: this agent understands appointments only.';

/** A conversation as the runtime reports it: greeting, a booking by a tool, an answer that is interrupted. */
export const greeting: PageEvent[] = [
	{ type: 'session.started', sessionId: SESSION, agent: 'Dental practice', greets: false, note: NOTE },
	{ type: 'state', state: 'speaking' },
	{ type: 'reply.partial', text: 'Hello, this is the dental practice. How can I help you?' },
	{ type: 'reply.heard', text: 'Hello, this is the dental practice. How can I help you?', interrupted: false },
	{ type: 'state', state: 'listening' },
];

export const asking: PageEvent[] = [
	{ type: 'state', state: 'hearing' },
	{ type: 'caption.partial', text: 'book a dentist' },
	{ type: 'caption.partial', text: 'book a dentist appointment tomorrow' },
];

export const toolRuns: PageEvent[] = [
	{ type: 'caption.final', turnId: turn(1), text: 'book a dentist appointment tomorrow at three p m', understood: true },
	{ type: 'state', state: 'thinking' },
	{
		type: 'tool.started',
		turnId: turn(1),
		id: 'call_1',
		name: 'book_appointment',
		arguments: { title: 'dentist', day: 'tomorrow', time: '15:00', attendees: ['you'] },
	},
	{ type: 'state', state: 'tool', tool: 'book_appointment' },
];

export const answer: PageEvent[] = [
	{ type: 'tool.finished', turnId: turn(1), id: 'call_1', name: 'book_appointment', ok: true, durationMs: 184 },
	{ type: 'reply.partial', turnId: turn(1), text: 'Done.' },
	{ type: 'reply.partial', turnId: turn(1), text: 'Done. Your dentist appointment is booked for tomorrow at three p m.' },
	{ type: 'state', state: 'speaking' },
];

export const answerHeard: PageEvent[] = [
	{ type: 'reply.heard', turnId: turn(1), text: 'Done. Your dentist appointment is booked for tomorrow at three p m.', interrupted: false },
	{
		type: 'turn.finished',
		turnId: turn(1),
		timings: { eou_delay: 612, transcription_delay: 231, workflow_delay: 11.2, ttft: 74, ttfb: 38, response_delay: 214, e2e_latency: 826, tools: 184 },
	},
	{ type: 'state', state: 'listening' },
];

export const longAnswer: PageEvent[] = [
	{ type: 'caption.final', turnId: turn(2), text: 'what is on tomorrow', understood: true },
	{ type: 'state', state: 'thinking' },
	{ type: 'reply.partial', turnId: turn(2), text: 'Tomorrow you have the dentist at three p m, a meeting with Anna at four, and the gym at six in the evening.' },
	{ type: 'state', state: 'speaking' },
];

export const cutShort: PageEvent[] = [
	{ type: 'reply.heard', turnId: turn(2), text: 'Tomorrow you have the dentist at three p m,', interrupted: true },
	{ type: 'turn.finished', turnId: turn(2), timings: { response_delay: 187, e2e_latency: 790 } },
	{ type: 'state', state: 'hearing' },
	{ type: 'caption.partial', text: 'thank you' },
];
