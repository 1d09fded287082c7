// Guards against: an engine and a demo model that each pass their own tests and cannot hold a call together.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChatMessage, ToolSpec } from '../../../contract/chat';
import { askBack } from '../../../dialogue/tool-inputs/ask-back';
import { packageRoot } from '../../../lib/package-root';
import { InferenceProcess } from '../../fixtures/inference-process.fixture';

const PARAMETERS: Readonly<Record<string, string>> = {
	title: 'What the appointment is for.',
	day: "The day in the caller's own words.",
	time: "The time in the caller's own words.",
};

function tool(name: string, description: string, ...inputs: string[]): ToolSpec {
	return {
		name,
		description,
		parameters: {
			type: 'object',
			properties: Object.fromEntries(inputs.map((input) => [input, { type: 'string', description: PARAMETERS[input] }])),
		},
	};
}

/** As models/answer/README.md and the example workflow give them. */
const TOOLS = [
	tool('book_appointment', 'Books an appointment.', 'title', 'day', 'time'),
	tool('list_appointments', 'Lists the appointments of a day.', 'day'),
	tool('cancel_appointment', 'Cancels an appointment.', 'title', 'day'),
];
const INSTRUCTIONS =
	'You are a friendly phone assistant. You book, list and cancel appointments. Ask for what is missing, and never make up a day or a time. Keep your answers short: they are read aloud.';

const RESULTS: Readonly<Record<string, unknown>> = {
	book_appointment: { status: 'booked', title: 'dentist appointment', day: 'tomorrow', time: 'three p m' },
	list_appointments: { appointments: [{ title: 'dentist appointment', time: 'three p m' }], day: 'tomorrow' },
	cancel_appointment: { status: 'cancelled', title: 'dentist appointment', day: 'tomorrow' },
};

jest.setTimeout(60_000);

describe('the demo model in the inference process', () => {
	let inference: InferenceProcess;
	const messages: ChatMessage[] = [{ role: 'system', content: INSTRUCTIONS }];

	beforeAll(() => {
		inference = new InferenceProcess();
	});
	afterAll(async () => await inference.stop());

	/** One turn of the caller, with the tools run by hand: what was called, and what was said in the end. */
	const turn = async (content: string) => {
		const calls: Array<{ name: string; arguments: unknown }> = [];
		messages.push({ role: 'user', content });
		for (;;) {
			const request = { conversation: 'demo', settings: {}, messages, tools: TOOLS };
			const { text, toolCalls } = await inference.client.call('chat', request).result;
			messages.push({
				role: 'assistant',
				content: text,
				toolCalls: toolCalls.map((call) => ({ ...call, result: RESULTS[call.name] })),
			});
			calls.push(...toolCalls.map((call) => ({ name: call.name, arguments: call.arguments })));
			if (toolCalls.length === 0 || calls.length > 3) return { calls, text };
		}
	};

	it('books, lists and cancels', async () => {
		const title = 'dentist appointment';
		const booked = await turn('book a dentist appointment tomorrow at three p m');
		expect(booked.calls).toEqual([{ name: 'book_appointment', arguments: { title, day: 'tomorrow', time: 'three p m' } }]);
		expect(booked.text).toMatch(/three p m/);
		const listed = await turn('what do i have tomorrow');
		expect(listed.calls).toEqual([{ name: 'list_appointments', arguments: { day: 'tomorrow' } }]);
		expect(listed.text).toMatch(/dentist/);
		const asked = await turn('cancel my dentist appointment tomorrow');
		expect(asked.calls).toEqual([]);
		expect(asked.text).toMatch(/\?$/);
		const cancelled = await turn('yes please');
		expect(cancelled.calls).toEqual([{ name: 'cancel_appointment', arguments: { title, day: 'tomorrow' } }]);
	});

	it('books at the hour that another recogniser wrote in figures', async () => {
		messages.splice(1);
		const booked = await turn('Book a dentist appointment tomorrow at 3pm.');
		expect(booked.calls).toEqual([{ name: 'book_appointment', arguments: { title: 'dentist appointment', day: 'tomorrow', time: 'three p m' } }]);
	});

	/** What has to be asked of all that the model would do at once, after `said`. */
	const wouldDo = async (said: string) => {
		const request = { conversation: 'demo', settings: {}, messages: [...messages.slice(0, 1), { role: 'user' as const, content: said }], tools: TOOLS };
		const { toolCalls } = await inference.client.call('chat', request).result;
		const soFar = { entries: [{ turn: 1, user: said, assistant: [] }], turn: 1, heard: said, instructions: INSTRUCTIONS, language: 'en', doubtful: () => false, oneAtATime: true, now: new Date() };
		return toolCalls.map((call) => ({ call, question: askBack(call, TOOLS.find(({ name }) => name === call.name) ?? { parameters: {} }, soFar) }));
	};

	it('does nothing of what it is made for that the caller would be asked about in vain', async () => {
		const sentences = readFileSync(path.join(packageRoot(), 'models', 'listen', 'demo-sentences.txt'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
		const done = [];
		for (const sentence of sentences) done.push(...(await wouldDo(sentence)));
		expect(done.length).toBeGreaterThan(15);
		expect(done.filter(({ question }) => question)).toEqual([]);
	});

	it('asks for the time that it would have made up', async () => {
		const said = "book a doctor's appointment tomorrow sometime";
		const [made] = await wouldDo(said);
		expect(made).toMatchObject({ call: { arguments: { day: 'tomorrow', time: 'nine' } }, question: { status: 'not said', what: 'time' } });
		if (!made) return;
		const told = { role: 'assistant' as const, content: '', toolCalls: [{ ...made.call, result: made.question }] };
		const request = { conversation: 'demo', settings: {}, messages: [...messages.slice(0, 1), { role: 'user' as const, content: said }, told], tools: TOOLS };
		await expect(inference.client.call('chat', request).result).resolves.toMatchObject({ toolCalls: [], text: expect.stringMatching(/At what time .*\?$/) });
	});
});
