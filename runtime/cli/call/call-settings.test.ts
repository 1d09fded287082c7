// Guards against a mistyped --barge-in that is silently taken for something else.
import { parseBargeIn } from './call-settings';

it.each([
	['stop please@1500', { text: 'stop please', bargeInMs: 1500 }],
	['mail me @ home@0', { text: 'mail me @ home', bargeInMs: 0 }],
])('reads %s', (value, line) => {
	expect(parseBargeIn(value)).toEqual(line);
});

it.each(['stop', '@500', 'stop@', 'stop@-5', 'stop@soon', ''])('refuses "%s"', (value) => {
	expect(parseBargeIn(value)).toBeUndefined();
});
