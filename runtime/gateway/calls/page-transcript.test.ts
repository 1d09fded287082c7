// Guards against: a page that comes back to half a conversation, to one in another order, or to more than a data channel keeps.
import type { PageEvent } from '../../contract/page-events';
import { PageTranscript } from './page-transcript';

const TURN = `t_${'a'.repeat(24)}`;
const OTHER = `t_${'b'.repeat(24)}`;

function after(...events: PageEvent[]): PageEvent[] {
	const transcript = new PageTranscript();
	for (const event of events) transcript.take(event);
	return transcript.events;
}

const heard = (text: string, turnId = TURN): PageEvent => ({ type: 'reply.heard', turnId, text, interrupted: false });
const partial = (text: string, turnId = TURN): PageEvent => ({ type: 'reply.partial', turnId, text });
const final = (text: string, turnId = TURN): PageEvent => ({ type: 'caption.final', turnId, text, understood: true });

it('holds what was said, in its order, and the state that is the last', () => {
	expect(after(
		{ type: 'state', state: 'hearing' },
		{ type: 'caption.partial', text: 'what is' },
		final('what is on monday'),
		{ type: 'state', state: 'thinking' },
		partial('You'),
		partial('You are'),
		{ type: 'tool.started', turnId: TURN, id: 'c1', name: 'look', arguments: {} },
		partial('You are free.'),
		heard('You are free.'),
		{ type: 'state', state: 'listening' },
	)).toEqual([
		final('what is on monday'),
		partial('You are'),
		{ type: 'tool.started', turnId: TURN, id: 'c1', name: 'look', arguments: {} },
		partial('You are free.'),
		heard('You are free.'),
		{ type: 'state', state: 'listening' },
	]);
});

it('keeps what was written and not heard: the page strikes it through', () => {
	const events = [partial('You are free. All day.'), { type: 'reply.heard', turnId: TURN, text: 'You are free.', interrupted: true } as const];
	expect(after(...events)).toEqual(events);
});

it('does not take one turn\'s words for another\'s', () => {
	expect(after(partial('One.'), partial('Two.', OTHER), partial('Two and.', OTHER))).toEqual([partial('One.'), partial('Two and.', OTHER)]);
});

it('holds nothing that is past: what went wrong, and how the call began', () => {
	expect(after(
		{ type: 'error', error: { code: 'VOICE_ERR_INFERENCE_LOST', message: 'gone', remedy: 'wait' } },
		{ type: 'note', text: 'a note' },
		{ type: 'session.ended', reason: 'idle' },
	)).toEqual([]);
});

it('is as long as a data channel keeps for a page: the newest', () => {
	const events = after(...Array.from({ length: 2000 }, (_, index) => heard(`${index}`)));
	expect(events.length).toBeLessThan(450);
	expect(events.at(-1)).toEqual(heard('1999'));
});
