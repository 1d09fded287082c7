// Guards against: a booking without its time that is taken for all the caller wants, and one with all of it that is waited for.
import { type ToolNeeds, needsOf, stillNeeded } from './tool-needs';

function tool(name: string, properties: Record<string, unknown>, required: unknown = Object.keys(properties)) {
	return { name, description: '', parameters: { type: 'object' as const, properties, required } } as Parameters<typeof needsOf>[0][number];
}

const text = { type: 'string' };
const calendar = needsOf([
	tool('book_appointment', { title: text, date: text, time: text }),
	tool('rescheduleAppointment', { title: text, start: { type: 'string', format: 'date-time' } }),
	tool('cancel_appointment', { title: text }),
	tool('send_email', { to: { type: 'string', format: 'email' } }),
	tool('call_number', { phone: text }),
	tool('order_pizza', { quantity: { type: 'integer' } }),
]);

it('reads from the schemas what can be told from a text', () => {
	expect(calendar.map(({ tool: name, needs }) => [name, needs])).toEqual([
		['book_appointment', ['day', 'time']],
		['rescheduleAppointment', ['day', 'time']],
		['send_email', ['email']],
		['call_number', ['phone']],
		['order_pizza', ['number']],
	]);
});

it.each<[string, string[] | undefined]>([
	['schedule a team meeting', ['day', 'time']],
	['schedule a team meeting at two p m', ['day']],
	['Schedule a team meeting at 2 p.m.', ['day']],
	['schedule a team meeting on wednesday', ['time']],
	['schedule a team meeting at two p m on wednesday', []],
	['book lunch tomorrow at noon', []],
	['book it for march the third at half past ten', []],
	['add a call on the twelfth of may at 15:30', []],
	['move my haircut to saturday', ['time']],
	['move my haircut to saturday at eleven', []],
	['cancel the appointment', undefined],
	['send a mail to john', ['email']],
	['send a mail to john at example dot com', []],
	['call five five five one two', ['phone']],
	['call five five five one two three four', []],
	['i would like to order pizza', ['number']],
	['i would like to order two pizzas', []],
	['what do i have on friday', undefined],
	['book a table for about four people on friday', ['time']],
	['schedule a meeting after two days', ['day', 'time']],
	['book it for the first time at ten', ['day']],
	['', undefined],
])('of "%s" still needs %j', (said, missing) => {
	expect(stillNeeded(said, calendar)?.missing).toEqual(missing);
});

const withList = [...calendar, ...needsOf([tool('list_appointments', { day: text }), tool('get_time', {})])];

it.each<[string, { tool: string; missing: string[] } | undefined]>([
	['what is on my calendar tomorrow', { tool: 'list_appointments', missing: [] }],
	['am i free on friday', { tool: 'list_appointments', missing: [] }],
	['and what do i have on the third of may', { tool: 'list_appointments', missing: [] }],
	['what is my schedule tomorrow', { tool: 'list_appointments', missing: [] }],
	// For what a question is, is not told by what it lacks: nobody waits for a day.
	['what is the weather like', undefined],
	['what do i have', undefined],
	['i am free on friday', undefined],
	['can you book a haircut tomorrow', { tool: 'book_appointment', missing: ['time'] }],
])('of a question, "%s", what looks things up needs %j', (said, needed) => {
	const wanted = stillNeeded(said, withList);
	if (needed) expect(wanted).toMatchObject(needed);
	else expect(wanted).toBe(undefined);
});

it.each<[string, unknown]>([
	['no schema', undefined],
	['null', null],
	['a list', []],
	['properties that are none', { type: 'object', properties: 5, required: ['date'] }],
	['required that is a word', { type: 'object', properties: {}, required: 'date' }],
	['names that are numbers', { type: 'object', properties: {}, required: [1, null] }],
])('asks nothing of a tool with %s, or what its names say', (_what, parameters) => {
	const needs: ToolNeeds[] = needsOf([{ name: 'book', parameters } as Parameters<typeof needsOf>[0][number]]);
	expect(needs.every(({ needs: details }) => details.every((detail) => detail === 'day'))).toBe(true);
});
