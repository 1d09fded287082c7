import type { StartTurn } from '../conversation-events';
import type { Scenario } from '../scenario.fixture';

/** A workflow that answers every turn `after` ms with a speech of `ms`. */
export function answering(text: string, { after = 500, ms = 5000, interruptible = true } = {}) {
	return ({ n }: StartTurn, scenario: Scenario): void =>
		void scenario.speaks(scenario.now + after, ms, text, { n, interruptible });
}

export const ANSWER = 'You have a haircut on friday and a meeting on monday at nine.';
