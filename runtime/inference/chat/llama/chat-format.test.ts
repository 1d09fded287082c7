// Guards against: the product writing another prompt than the demo model was trained on, and a history
// that loses a tool result, glues two sentences together or takes an unanswered call for a success.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { z } from 'zod';

import type { ChatMessage, ToolSpec } from '../../../contract/chat';
import { toChatHistory, toModelFunctions, toolInstructions } from './chat-format';

const LIST: ToolSpec = {
	name: 'list_appointments',
	description: 'Lists the appointments of a day.',
	parameters: { type: 'object', properties: { day: { description: 'The day', type: 'string' } }, required: ['day'] },
};

function assistant(content: string, toolCalls: Extract<ChatMessage, { role: 'assistant' }>['toolCalls'] = []): ChatMessage {
	return {
		role: 'assistant',
		content,
		toolCalls,
	};
}
function call(result: unknown) {
	return { id: 'call_1', name: 'list_appointments', arguments: { day: 'today' }, result };
}

describe('toChatHistory', () => {
	it('keeps a call, its result and the words about it in one response', () => {
		const history = toChatHistory([
			{ role: 'user', content: 'what do i have today' },
			assistant('One moment.', [call({ appointments: [] })]),
			assistant('You have none.'),
		]);
		expect(history).toEqual([
			{ type: 'user', text: 'what do i have today' },
			{
				type: 'model',
				response: [
					'One moment.',
					{ type: 'functionCall', name: 'list_appointments', params: { day: 'today' }, result: { appointments: [] } },
					'You have none.',
				],
			},
		]);
	});

	it('tells the model that an unanswered call failed', () => {
		const history = toChatHistory([assistant('', [call(undefined)])]);
		expect(history[0]).toMatchObject({ response: [{ result: { error: expect.stringContaining('no result') as string } }] });
	});

	it('keeps a space between two spoken messages in a row', () => {
		expect(toChatHistory([assistant('Hello.'), assistant('Still there?')])).toEqual([
			{ type: 'model', response: ['Hello.', ' Still there?'] },
		]);
	});

	it('leaves out what nobody heard and opens a response for the last user message', () => {
		expect(toChatHistory([{ role: 'user', content: 'a' }, assistant(''), { role: 'user', content: 'b' }])).toEqual([
			{ type: 'user', text: 'a' },
			{ type: 'user', text: 'b' },
			{ type: 'model', response: [] },
		]);
	});

	it('loses no word and no call of any conversation', () => {
		const message = fc.oneof(
			fc.record({ role: fc.constant('user' as const), content: fc.string() }),
			fc
				.tuple(fc.string(), fc.array(fc.string(), { maxLength: 3 }))
				.map(([content, days]) => assistant(content, days.map((day) => ({ ...call({ day }), arguments: { day } })))),
		);
		fc.assert(
			fc.property(fc.array(message, { minLength: 1 }), (messages) => {
				const parts = toChatHistory(messages).flatMap((item) =>
					item.type === 'model' ? item.response : [typeof item.text === 'string' ? item.text : ''],
				);
				const words = parts.filter((part) => typeof part === 'string').join('').replace(/\s/g, '');
				expect(words).toBe(messages.map(({ content }) => content).join('').replace(/\s/g, ''));
				const calls = messages.flatMap((m) => (m.role === 'assistant' ? m.toolCalls : []));
				expect(parts.filter((part) => typeof part !== 'string')).toHaveLength(calls.length);
			}),
		);
	});
});

describe('toModelFunctions', () => {
	it('writes the same prompt for every spelling of a schema', () => {
		const other: ToolSpec = {
			...LIST,
			parameters: {
				$schema: 'http://json-schema.org/draft-07/schema#',
				additionalProperties: false,
				properties: { day: { type: 'string', description: 'The day', title: 'Day' } },
				type: 'object',
			},
		};
		expect(JSON.stringify(toModelFunctions([other]))).toBe(JSON.stringify(toModelFunctions([LIST])));
	});

	it('keeps what a grammar can hold of nested schemas', () => {
		const tool: ToolSpec = {
			name: 'x',
			description: '',
			parameters: {
				properties: {
					kind: { enum: ['a', 'b'] },
					many: { type: 'array', items: { type: 'integer' } },
					either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
					inner: { type: 'object', properties: { deep: { type: ['string', 'null'] } } },
					odd: { $ref: '#/definitions/y' },
				},
			},
		};
		expect(toModelFunctions([tool])).toEqual({
			x: {
				params: {
					type: 'object',
					properties: {
						kind: { enum: ['a', 'b'] },
						many: { type: 'array', items: { type: 'integer' } },
						either: { oneOf: [{ type: 'string' }, { type: 'null' }] },
						inner: { type: 'object', properties: { deep: { type: ['string', 'null'] } } },
						odd: { type: 'string' },
					},
				},
			},
		});
	});

	it('writes no tool text where there are no tools', () => {
		expect(toModelFunctions([])).toBeUndefined();
		expect(toModelFunctions([{ name: 'now', description: '', parameters: { type: 'object', properties: {} } }])).toEqual({ now: {} });
	});
});

// The demo model was trained on exactly this text: models/answer/README.md says what to do after a change.
const TRAINED_TOOL_TEXT = `You can call these functions:
{"name": "list_appointments", "description": "Lists the appointments of a day.", "parameters": {"type": "object", "properties": {"day": {"type": "string", "description": "The day"}}}}
To call one, reply ONLY with one line like this:
<function=example_name>{"example_parameter": "example value"}</function>
Call one function at a time and only when needed. Only you see the result: tell the user what matters and never mention functions.`;

describe('the prompt of the demo model', () => {
	it('has the tool text it was trained on', () => {
		expect(toolInstructions(toModelFunctions([LIST]) ?? {})).toBe(TRAINED_TOOL_TEXT);
	});

	it('is the trained text when node-llama-cpp renders it', () => {
		// In a process of its own: jest cannot import an ESM package with top-level await.
		const root = path.resolve(__dirname, '../../../..');
		const outfile = path.join(root, 'node_modules/.cache/voice-loop/render-dialogues.cjs');
		mkdirSync(path.dirname(outfile), { recursive: true });
		buildSync({
			entryPoints: [path.join(__dirname, 'render-dialogues.ts')],
			bundle: true,
			platform: 'node',
			format: 'cjs',
			external: ['node-llama-cpp'],
			outfile,
			logLevel: 'error',
		});
		const messages: ChatMessage[] = [
			{ role: 'system', content: 'Be kind.' },
			{ role: 'user', content: 'what do i have today' },
			assistant('', [call({ appointments: [], day: 'today' })]),
			assistant('You have no appointments today.'),
			{ role: 'user', content: 'thanks' },
		];
		const run = spawnSync(process.execPath, [outfile], { input: `${JSON.stringify({ messages, tools: [LIST] })}\n`, encoding: 'utf8' });
		const { pieces } = z.object({ pieces: z.array(z.object({ text: z.string() })) }).parse(JSON.parse(run.stdout));
		expect(pieces.map(({ text }) => text).join('')).toBe(
			`<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n${TRAINED_TOOL_TEXT}\n\nBe kind.<|eot_id|>` +
				'<|start_header_id|>user<|end_header_id|>\n\nwhat do i have today<|eot_id|>' +
				'<|start_header_id|>assistant<|end_header_id|>\n\n<function=list_appointments>{"day": "today"}</function><|eom_id|>\n' +
				'<|start_header_id|>ipython<|end_header_id|>\n\n{"appointments": [], "day": "today"}<|eot_id|>' +
				'<|start_header_id|>assistant<|end_header_id|>\n\nYou have no appointments today.<|eot_id|>' +
				'<|start_header_id|>user<|end_header_id|>\n\nthanks<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
		);
	});
});
