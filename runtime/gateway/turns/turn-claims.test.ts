// Guards against: an old turn that is answered once more as if its caller still waited, and a caller who hangs up during a
// test in the editor being taken for an old turn that is replayed.
import { VoiceError } from '../../contract/errors';
import { thrownCode } from '../calls/call-scenario.fixture';
import { Turn } from './turn';
import { TurnClaims } from './turn-claims';

function aTurn(): Turn {
	return new Turn({ type: 'startTurn', reason: 'silence', n: 1, text: 'hello', understood: true, confidence: 1, recognised: true, speechStartAt: 0, speechEndAt: 1, declaredAt: 2 }, []);
}

function gone(): never {
	throw new VoiceError('VOICE_ERR_TURN_UNKNOWN', 'There is no such turn.');
}

test("a live turn is the first execution's, as often as it asks", () => {
	const [claims, turn] = [new TurnClaims(), aTurn()];
	const claim = (executionId: string) => thrownCode(() => claims.claim(turn.id, executionId, () => turn));
	claims.claim(turn.id, '1', () => turn);
	claims.claim(turn.id, '1', () => turn);
	expect(claim('2')).toBe('VOICE_ERR_TURN_CLAIMED');
	turn.end('spoken');
	claims.claim(turn.id, '1', () => turn);
	expect(claim('2')).toBe('VOICE_ERR_TURN_CLAIMED');
});

test.each(['failed', 'interrupted', 'spoken'] as const)('a turn that had %s before anybody asked is nobody\'s', (kind) => {
	const [claims, turn] = [new TurnClaims(), aTurn()];
	turn.end(kind);
	expect(thrownCode(() => claims.claim(turn.id, '1', () => turn))).toBe('VOICE_ERR_TURN_UNKNOWN');
	expect(turn.claimed).toBe(false);
});

test('when the turn is gone, its own execution learns that it has ended, any other one that there is none', () => {
	const [claims, turn] = [new TurnClaims(), aTurn()];
	claims.claim(turn.id, '1', () => turn);
	expect(thrownCode(() => claims.claim(turn.id, '1', gone))).toBe('VOICE_ERR_TURN_ENDED');
	expect(thrownCode(() => claims.claim(turn.id, '2', gone))).toBe('VOICE_ERR_TURN_UNKNOWN');
});

test('only the last claims are kept', () => {
	const claims = new TurnClaims();
	const turns = Array.from({ length: 1001 }, aTurn);
	for (const turn of turns) claims.claim(turn.id, '1', () => turn);
	expect(thrownCode(() => claims.claim(turns[0]?.id ?? '', '1', gone))).toBe('VOICE_ERR_TURN_UNKNOWN');
	expect(thrownCode(() => claims.claim(turns[1]?.id ?? '', '1', gone))).toBe('VOICE_ERR_TURN_ENDED');
});
