// Guards against: effects that run into each other, a dialogue that is not woken in time, and one that goes on after its end or after a fault.
import { sessionLimits, turnTakingSettings } from '../../contract/agent-settings';
import { Conversation } from '../../dialogue/conversation';
import type { ConversationEffect } from '../../dialogue/conversation-events';
import { now } from './call-scenario.fixture';
import { ConversationLoop } from './conversation-loop';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

function loop(carryOut: (effect: ConversationEffect, loop: ConversationLoop) => void = () => undefined) {
	const effects: string[] = [];
	const faults: unknown[] = [];
	const conversation = new Conversation({ turnTaking: turnTakingSettings.parse({}), limits: sessionLimits.parse({ idleTimeoutMs: 5000 }), lookAhead: true });
	const driven: ConversationLoop = new ConversationLoop(conversation, {
		onInput: () => undefined,
		carryOut: (effect) => {
			effects.push(effect.type);
			carryOut(effect, driven);
		},
		onFault: (thrown) => faults.push(thrown),
	});
	return { driven, effects, faults };
}

it('wakes the dialogue when it asked to be woken, and not before', () => {
	const { driven, effects } = loop();
	driven.step({ type: 'connected', at: now() });
	jest.advanceTimersByTime(4999);
	expect(effects).not.toContain('endSession');
	jest.advanceTimersByTime(2);
	expect(effects).toContain('endSession');
});

it('carries out all effects of an input before those of an input that one of them causes', () => {
	let caused = false;
	const { driven, effects } = loop((effect, self) => {
		if (effect.type !== 'resetRecogniser' || caused) return;
		caused = true;
		self.step({ type: 'hangup', at: now(), reason: 'the caller hung up' });
	});
	driven.step({ type: 'connected', at: now() });
	driven.step({ type: 'callerSpeechStarted', at: now(), speechAt: now() });
	driven.step({ type: 'partial', at: now(), text: 'what is on monday' });
	driven.step({ type: 'callerSpeechStopped', at: now() + 600, speechEndAt: now() + 400 });
	driven.step({ type: 'final', at: now() + 600, id: 'final-1', text: 'what is on monday', understood: true, confidence: 1 });
	jest.advanceTimersByTime(3000);
	const from = effects.indexOf('startTurn');
	expect(effects.slice(from)).toEqual(['startTurn', 'resetRecogniser', 'restMedia', 'setState', 'endSession']);
});

it('does nothing after stop(), whatever is still due', () => {
	const { driven, effects } = loop();
	driven.step({ type: 'connected', at: now() });
	driven.stop();
	const before = effects.length;
	driven.step({ type: 'hangup', at: now(), reason: 'late' });
	jest.advanceTimersByTime(60_000);
	expect(effects).toHaveLength(before);
	expect(jest.getTimerCount()).toBe(0);
});

it('stops where an effect stops it', () => {
	const { driven, effects } = loop((_effect, self) => self.stop());
	driven.step({ type: 'connected', at: now() });
	driven.step({ type: 'hangup', at: now(), reason: 'late' });
	expect(effects).toEqual(['setState']);
	expect(jest.getTimerCount()).toBe(0);
});

it('tells of a fault once, and has stopped then', () => {
	const fault = new Error('a fault');
	const { driven, faults } = loop(() => {
		throw fault;
	});
	driven.step({ type: 'connected', at: now() });
	driven.step({ type: 'hangup', at: now(), reason: 'late' });
	expect(faults).toEqual([fault]);
	expect(jest.getTimerCount()).toBe(0);
});
