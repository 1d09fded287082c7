// Guards against: a session that goes on, or ends twice, when the caller hangs up at an awkward moment.
import { Scenario } from '../scenario.fixture';
import type { ConversationPhase } from '../phase';
import { ANSWER, answering } from './answering.fixture';

/** Speech to 1000, turn at 1350, sound from 1850, speech over it from 3000. */
const moments: Array<[ConversationPhase, number]> = [
	['listening', 0],
	['hearing', 500],
	['ending', 1210],
	['thinking', 1500],
	['speaking', 2500],
	['interruptionPending', 3100],
];

it.each(moments)('ends once and for all in phase %s', (phase, at) => {
	const call = new Scenario({ onTurn: answering(ANSWER) });
	call.says(20, 1000, 'my calendar please').says(3000, 4000, 'what about monday').run(at);
	expect(call.conversation.phase).toBe(phase);
	const before = call.effects.length;
	call.input(at, { type: 'hangup', reason: 'caller' });
	call.input(at + 1, { type: 'hangup', reason: 'again' }).run(60_000);
	expect(call.effects.slice(before).map(({ effect }) => effect)).toEqual([{ type: 'endSession', reason: 'caller' }]);
	expect(call.conversation.nextWakeAt()).toBe(undefined);
	expect(call.conversation.phase).toBe('ended');
});
