// Guards against: words of a reply that are lost, doubled or put in the wrong place while it is written.
import { writtenSince } from './rendered-wrapper';

const user = (text: string) => ({ type: 'user' as const, text });
const model = (...response: Array<string | { type: 'functionCall'; name: string; params: unknown; result: unknown }>) => ({ type: 'model' as const, response });
const call = { type: 'functionCall' as const, name: 'book', params: {}, result: 'done' };

it.each([
	['nothing yet', [user('hi'), model()], [user('hi'), model()], []],
	['its first words', [user('hi'), model()], [user('hi'), model('Good')], ['Good']],
	['words behind words', [user('hi'), model('Good')], [user('hi'), model('Good evening')], [' evening']],
	['words behind a call', [user('hi'), model('Wait.', call)], [user('hi'), model('Wait.', call, 'Done.')], ['Done.']],
	['a second part', [user('hi'), model('Wait.')], [user('hi'), model('Wait.', call)], [call]],
])('%s', (_what, before, now, more) => {
	expect(writtenSince(before, now)).toEqual(more);
});

it.each([
	['another question', [user('hi'), model()], [user('ho'), model('Good')]],
	['a history that was cut', [user('a'), model('b'), user('hi'), model()], [user('hi'), model()]],
	['words that were taken back', [user('hi'), model('Good evening')], [user('hi'), model('Good')]],
	['a part that was taken back', [user('hi'), model('Good', call)], [user('hi'), model('Good')]],
	['words put into an earlier part', [user('hi'), model('Wait.', call)], [user('hi'), model('Wait. Now.', call)]],
	['no reply', [user('hi'), model()], [user('hi')]],
])('%s is no continuation', (_what, before, now) => {
	expect(() => writtenSince(before, now)).toThrow(/does not go on/);
});
