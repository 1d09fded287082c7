// Guards against: a booking that is cut off before its day or its time, in whatever order and words it is made and whatever the tool's schema looks like.
import fc from 'fast-check';
import { turnTakingSettings } from '../../contract/agent-settings';
import { judgeEndOfTurn } from './judge-end-of-turn';
import { needsOf, type ToolNeeds } from './tool-needs';

const settings = turnTakingSettings.parse({});
const text = { type: 'string' };

function tool(name: string, properties: Record<string, unknown>): ToolNeeds[] {
	return needsOf([{ name, parameters: { type: 'object', properties, required: Object.keys(properties) } }]);
}

const SCHEMAS = [
	tool('book_appointment', { title: text, date: text, time: text }),
	tool('scheduleMeeting', { subject: text, startTime: { type: 'string', format: 'date-time' } }),
	tool('create_event', { summary: text, start: text, end: text }),
	tool('calendar-add-entry', { what: text, day: text, hour: text }),
	tool('make_reservation', { guests: text, datetime: { type: 'string', description: 'ISO 8601' } }),
	tool('Book', { appointment_date: text, appointment_time: text }),
];
const ASKS = ['schedule a team meeting', 'book a massage', 'please arrange a call with our lawyer', 'could you set up an interview', 'i would like to book a visit to the vet', 'i need you to schedule a review', 'please add a breakfast with the investors', 'can you make an appointment with doctor allen'];
const DAYS = ['on wednesday', 'tomorrow', 'next tuesday', 'on the third of may', 'on may third', 'for june the twelfth', 'the day after tomorrow', 'in two weeks', 'this weekend', 'on the fifth', 'on friday the ninth', 'on 5 March', 'on 2026-12-03', 'tonight'];
const TIMES = ['at two p m', 'at half past nine', 'at noon', 'at seven in the evening', 'at ten thirty', 'at 2 pm', 'at 14:30', 'at quarter to six', "at five o'clock", 'around three', 'at 9 a.m.', 'by eleven', 'between two and three', 'from nine to ten'];

const asks = fc.constantFrom(...ASKS);
const day = fc.constantFrom(...DAYS);
const time = fc.constantFrom(...TIMES);
const tools = fc.constantFrom(...SCHEMAS);
const sound = fc.constantFrom(undefined, 0.9, 0.97, 0.99);

function wait(said: string, offered: readonly ToolNeeds[], probability: number | undefined): number {
	return judgeEndOfTurn({ text: said, silenceMs: 0, settings, agentAskedAQuestion: false, tools: offered, probability }).waitMs;
}

it('a day without a time, or a time without a day, is waited for', () => {
	fc.assert(fc.property(asks, fc.oneof(day.filter((each) => each !== 'tonight'), time), tools, sound, (what, detail, offered, probability) => {
		for (const said of [`${what} ${detail}`, `${detail} ${what}`]) expect(wait(said, offered, probability)).toBeGreaterThan(settings.endSilenceMs);
	}));
});

it('neither is waited for', () => {
	fc.assert(fc.property(asks, tools, sound, (what, offered, probability) => {
		expect(wait(what, offered, probability)).toBeGreaterThan(settings.endSilenceMs);
	}));
});

it('both, in any order, are all', () => {
	fc.assert(fc.property(asks, day, time, tools, (what, when, at, offered) => {
		for (const said of [`${what} ${when} ${at}`, `${what} ${at} ${when}`, `${when} ${at} ${what}`, `${at} ${when} ${what}`, `${when} ${what} ${at}`, `${at} ${what} ${when}`]) {
			expect(`${said}: ${wait(said, offered, undefined) <= 400 ? 'soon' : 'late'}`).toBe(`${said}: soon`);
			expect(wait(said, offered, 0.97)).toBeLessThanOrEqual(settings.minSilenceMs);
		}
	}));
});

it('a time alone ends no booking, whether tools are known yet or not', () => {
	fc.assert(fc.property(asks, time, (what, at) => {
		expect(wait(`${what} ${at}`, [], undefined)).toBeGreaterThanOrEqual(settings.endSilenceMs);
	}));
});
