// Guards against: a caller who hears or reads a tool call, a thought or a control word, and speech that is lost or held back beside them.
import fc from 'fast-check';
import { WordsOnly } from './words-only';

function read(pieces: readonly string[], { names = [] as string[], spoken = true } = {}) {
	const words = new WordsOnly(new Set(names), spoken);
	const said = pieces.map((piece) => words.take(piece));
	said.push(words.end());
	return { said: said.join(''), calls: words.calls, sawCall: words.sawCall, steps: said };
}

const PARIS = '{"city": "Paris", "days": 2}';
/** How models write a call of `get_weather` for Paris, as far as their own words go. */
const NOTATIONS: Record<string, string> = {
	'Llama 3.1, custom': `<function=get_weather>${PARIS}</function>`,
	'Llama 3.x, JSON': '{"name": "get_weather", "parameters": {"city": "Paris", "days": 2}}',
	'Llama 3.x, with type': '{"type": "function", "name": "get_weather", "parameters": {"city": "Paris", "days": 2}}',
	'Llama 3.x, python tag': '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris", "days": 2}}<|eom_id|>',
	'Llama 3.2, pythonic': '[get_weather(city="Paris", days=2)]',
	'Llama 4, pythonic': '<|python_start|>[get_weather(city="Paris", days=2)]<|python_end|>',
	'Hermes, Qwen': '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}\n</tool_call>',
	'Qwen coder': '<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>',
	'GLM': '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>',
	'GLM 4': 'get_weather\n{"city": "Paris", "days": 2}',
	'MiniMax': '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n<parameter name="days">2</parameter>\n</invoke>\n</minimax:tool_call>',
	'Mistral': '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]',
	'Mistral 11': `[TOOL_CALLS]get_weather[CALL_ID]abcDEF123[ARGS]${PARIS}`,
	'Mistral 13': `[TOOL_CALLS]get_weather${PARIS}`,
	'Mistral, object': '[TOOL_CALLS] {"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}',
	'LM Studio': '[TOOL_REQUEST]{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}[END_TOOL_REQUEST]',
	'DeepSeek': '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Paris", "days": 2}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
	'DeepSeek 3.1': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>${PARIS}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
	'Kimi': `<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>${PARIS}<|tool_call_end|><|tool_calls_section_end|>`,
	'gpt-oss': `<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>${PARIS}<|call|>`,
	'gpt-oss, role first': `<|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>${PARIS}<|call|>`,
	'Granite': '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]',
	'Granite, tag': '<tool_call>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]</tool_call>',
	'Phi': '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]<|/tool_call|>',
	'Nemotron': '<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]</TOOLCALL>',
	'Jamba': '<tool_calls>[\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}\n]</tool_calls>',
	'xLAM': '[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]',
	'LFM': '<|tool_call_start|>[get_weather(city="Paris", days=2)]<|tool_call_end|>',
	'Olmo': '<function_calls>get_weather(city="Paris", days=2)</function_calls>',
	'Apertus': '<|tools_prefix|>[{"get_weather": {"city": "Paris", "days": 2}}]<|tools_suffix|>',
	'Seed': '<seed:tool_call>\n<function=get_weather>\n<parameter=city>Paris</parameter>\n<parameter=days>2</parameter>\n</function>\n</seed:tool_call>',
	'Gemma 3': '```tool_code\nprint(get_weather(city="Paris", days=2))\n```',
	'Gemma 3, module': '```tool_code\nprint(default_api.get_weather(city="Paris", days=2))\n```',
	'Gemma 4': '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:2}<tool_call|>',
	'Firefunction': ' functools[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]',
	'Functionary': '>>>get_weather\n{"city": "Paris", "days": 2}',
	'InternLM': '<|action_start|><|plugin|>{"name": "get_weather", "parameters": {"city": "Paris", "days": 2}}<|action_end|>',
	'Command R': '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris", "days": 2}}]<|END_ACTION|>',
	'OpenAI\'s own': '{"tool_calls": [{"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\", \\"days\\": 2}"}}]}',
	'fenced': '```json\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}\n```',
	'fenced, without language': '```\n{"tool": "get_weather", "args": {"city": "Paris", "days": 2}}\n```',
	'single quotes': "{'name': 'get_weather', 'arguments': {'city': 'Paris', 'days': 2}}",
	'bare': 'get_weather(city="Paris", days=2)',
	'bare, printed': 'print(get_weather(city="Paris", days=2))',
	'bare, as JSON': 'get_weather({"city": "Paris", "days": 2})',
	'gpt-oss, without its marks': `commentary to=functions.get_weather json${PARIS}`,
	'gpt-oss, addressed': `to=get_weather ${PARIS}`,
	'gpt-oss, a mark within': `assistantcommentary to=functions.get_weather <|constrain|>json<|message|>${PARIS}`,
	'Qwen-Agent': `✿FUNCTION✿: get_weather\n✿ARGS✿: ${PARIS}\n`,
	'ReAct': 'Action: get_weather\nAction Input: {"city": "Paris", "days": 2}',
};
const NOTATION = fc.constantFrom(...Object.entries(NOTATIONS));

describe.each(Object.entries(NOTATIONS))('%s', (_model, text) => {
	it('is never said, and is understood', () => {
		const { said, calls } = read([text]);
		expect(said.trim()).toBe('');
		expect(calls.map(({ name }) => name.replace(/^functions\.|^default_api\./, ''))).toEqual(['get_weather']);
		const values = calls[0]?.json?.replaceAll("'", '"').replace(/(?<=[{,])\s*(\w+):/g, '"$1":') ?? '';
		const given = JSON.parse(values) as Record<string, unknown>;
		expect({ ...given, days: Number(given.days) }).toEqual({ city: 'Paris', days: 2 });
	});

	it('leaves what is said before it, and after it on a line of its own', () => {
		const { said, sawCall } = read([`Let me look.\n${text}\nIt is sunny in Paris, 20 degrees.`]);
		expect(sawCall).toBe(true);
		// Functionary's call goes on to its next mark.
		const after = text.startsWith('>>>') ? '' : 'It is sunny in Paris, 20 degrees.';
		expect(said.replace(/\s+/g, ' ').trim()).toBe(`Let me look. ${after}`.trim());
	});

	it('is not said either where it ends in the middle', () => {
		for (let length = 1; length < text.length; length++) {
			const { said } = read([`Let me look.\n${text.slice(0, length)}`]);
			const rest = said.replace('Let me look.', '').trim();
			// A single word, or a mark alone, does not show yet what it was to be.
			if (!/^[\w.: >`<[{]{0,24}$/.test(rest)) expect([text.slice(0, length), rest]).toEqual([text.slice(0, length), '']);
		}
	});

	it('comes out the same however it is cut', () => {
		const whole = `Let me look.\n${text}\nIt is sunny.`;
		const expected = read([whole]);
		const { said, calls } = read([...whole]);
		expect({ said, calls }).toEqual({ said: expected.said, calls: expected.calls });
	});
});

const SPEECH = fc.constantFrom(
	'Hello there. ', 'It costs 3 < 5 dollars. ', 'I <3 you! ', '[laughs] Well, ', 'See [the list](x). ', '<laugh> Sure. ', 'a_b ',
	'Appointment(s): 3 (three) at 9. ', 'The set {a, b} is closed. ', 'Café à la carte: naïve? ', "Don't worry, it's fine. ", 'Note (see above).\n', '`code` and ``x``. ',
	'Action: none needed. ', 'analysis of it. ', '> quoted\n', 'f(x) is 3. ', '1. One\n2. Two\n', 'the functions. ', 'the commentary to it. ', 'commentary to follow. ', '✿ roses ✿ ', '[NOTE] Yes. ', '<b>Bold</b> ', 'E = {mc} ', '世界、こんにちは。 ', '👍🏽 ok ',
);

it('decides the same however an answer comes in pieces', () => {
	const part = fc.oneof({ weight: 3, arbitrary: SPEECH }, { weight: 1, arbitrary: NOTATION.map(([, text]) => text) }, { weight: 1, arbitrary: NOTATION.map(([, text]) => `\n${text}\n`) }, fc.constantFrom('<think>Hm. {"a": 1}</think>', '</think>', '<|im_end|>', '[THINK]x[/THINK]', '✿RESULT✿: {"a": 1}\n✿RETURN✿: ', '\n'));
	fc.assert(
		fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 40 }), fc.boolean(), (parts, cuts, spoken) => {
			const whole = parts.join('');
			const places = [...new Set(cuts.filter((cut) => cut < whole.length))].toSorted((one, two) => one - two);
			const pieces = [...places, whole.length].map((place, index) => whole.slice(places[index - 1] ?? 0, place));
			const expected = read([whole], { spoken });
			const { said, calls } = read(pieces, { spoken });
			expect({ said, calls }).toEqual({ said: expected.said, calls: expected.calls });
		}),
		{ numRuns: 3000 },
	);
});

it('leaves speech alone, and holds back no more of it than a word', () => {
	fc.assert(
		fc.property(fc.array(SPEECH, { maxLength: 10 }), (parts) => {
			const whole = parts.join('');
			const { said, calls, steps } = read([...whole]);
			expect(said).toBe(whole.trimStart());
			expect(calls).toEqual([]);
			let given = 0;
			for (const [index, step] of steps.entries()) {
				given += step.length;
				const behind = whole.slice(whole.length - whole.trimStart().length + given, index + 1);
				// A word, or what stands in one pair of brackets or tags.
				if (index < steps.length - 1) expect(behind).toMatch(/^(\s*|[A-Za-z_]\w*|<[^>]*|\[[^\]]*|\{[^}]*|`+|`[^`]*`*|>+|[A-Za-z_]+[:.(]\s*\w*\W?|Action: [\w.]*\s?|(analysis|commentary) (t|to|to=)?|to=\w*|✿\w*✿?|(a_b|a_b )\s*)$/);
			}
		}),
		{ numRuns: 500 },
	);
});

it('gives each ordinary sentence on with its mark', () => {
	const words = new WordsOnly(new Set(), true);
	expect(['You', ' are', ' free', '.', ' The', ' whole', ' day', '.'].map((piece) => words.take(piece))).toEqual(['', 'You ', 'are ', 'free.', ' ', 'The ', 'whole ', 'day.']);
});

it.each([
	['<think>The user greets. {"name": "x"}</think>\n\nHello.', 'Hello.'],
	['<thinking>\nHm.\n</thinking>Hello.', 'Hello.'],
	['[THINK]Hm.[/THINK]Hello.', 'Hello.'],
	['◁think▷Hm.◁/think▷Hello.', 'Hello.'],
	['<seed:think>Hm.</seed:think>Hello.', 'Hello.'],
	['<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Hello.<|END_RESPONSE|>', 'Hello.'],
	['<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>', 'Hello.'],
	['<|channel|>commentary<|message|>One moment.<|end|>', 'One moment.'],
	['analysisThe user greets.assistantfinalHello.', 'Hello.'],
	['<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>', 'Hello.'],
	['Hello.<|im_end|>', 'Hello.'],
	['>>>all\nHello.', 'Hello.'],
	['<think>cut off in the mid', ''],
])('%s: the caller hears "%s"', (text, heard) => {
	for (const pieces of [[text], [...text]]) expect(read(pieces)).toMatchObject({ said: heard, calls: [] });
});

it('reads several calls of one answer', () => {
	for (const text of [
		'<function=get_weather>{"city":"Paris"}</function><function=get_time>{}</function>',
		'{"name":"get_weather","parameters":{"city":"Paris"}}; {"name":"get_time","parameters":{}}',
		'[get_weather(city="Paris"), get_time()]',
		'[TOOL_CALLS][{"name":"get_weather","arguments":{"city":"Paris"}},{"name":"get_time","arguments":{}}]',
		'[TOOL_CALLS]get_weather[ARGS]{"city":"Paris"}[TOOL_CALLS]get_time[ARGS]{}',
		'<tool_call>{"name":"get_weather","arguments":{"city":"Paris"}}</tool_call>\n<tool_call>{"name":"get_time","arguments":{}}</tool_call>',
	]) {
		const { said, calls } = read([text]);
		expect([text, said, calls.map(({ name }) => name)]).toEqual([text, '', ['get_weather', 'get_time']]);
	}
});

it.each([
	['p m"}title p m"} p m"}', ''],
	['", "days": 3}</function>', ''],
	[' It is sunny in "Paris".', 'It is sunny in "Paris".'],
	['"}]}. It is sunny. Anything else?', 'It is sunny. Anything else?'],
	['\n\nIt is sunny', 'It is sunny'],
])('%s after a call: the caller hears "%s"', (after, heard) => {
	const text = `<function=get_weather>{"city": "Paris"}</function>${after}`;
	for (const pieces of [[text], [...text]]) expect(read(pieces).said).toBe(heard);
});

describe('where nobody listens', () => {
	it.each([
		'{"name": "Smith", "parameters": {"age": 4}}',
		'```json\n{"name": "f", "arguments": {}}\n```',
		'```python\nprint(f(a=1))\n```',
		'[f(a=1)]',
		'<action>smiles</action>',
		'<functions>x</functions>',
	])('%s is an answer', (text) => expect(read([text], { spoken: false })).toMatchObject({ said: text, calls: [] }));

	it('a call of an offered tool, or one with marks, is a call all the same', () => {
		for (const text of ['{"name": "look", "parameters": {"a": 1}}', 'look(a=1)', '[look(a=1)]', '```json\n{"name":"look","arguments":{"a":1}}\n```', '<tool_call>{"name":"other","arguments":{}}</tool_call>']) {
			expect(read([text], { spoken: false, names: ['look'] })).toMatchObject({ said: '', sawCall: true });
		}
	});
});

it.each([
	['a word without end', `[TOOL_CALLS]${'a'.repeat(60_000)}`],
	['a word without end after a call', `[TOOL_CALLS]f{}${'a'.repeat(60_000)}`],
	['brackets in brackets', `<tool_call>${'{'.repeat(30_000)}${'}'.repeat(30_000)}</tool_call>`],
	['brackets in text', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
	['open brackets', '{"a":'.repeat(12_000)],
	['calls without end', `${'f(a='.repeat(15_000)}`],
	['tags without end', '<function=f '.repeat(5000)],
	['parameters without end', `<tool_call><function=f>${'<parameter=a>'.repeat(5000)}</function></tool_call>`],
	['names without end', `<function ${'a'.repeat(60_000)}`],
	['marks', '<|tool_call|>'.repeat(5000)],
	['fences', '```'.repeat(20_000)],
	['space', `{${' '.repeat(60_000)}`],
	['quotes', `{"a": ${'"'.repeat(60_000)}`],
])('is quick with %s', (_what, text) => {
	const since = performance.now();
	read([text]);
	read(text.match(/[^]{1,16}/g) ?? []);
	expect(performance.now() - since).toBeLessThan(3000);
});

it('is quick with what it has to hold', () => {
	const since = performance.now();
	const piece = ' "word"';
	for (const start of ['<tool_call>', '{"a": [', '<think>', '```\n', 'f(a=[']) {
		const words = new WordsOnly(new Set(), true);
		words.take(start);
		for (let count = 0; count < 4096; count++) words.take(piece);
		words.end();
	}
	expect(performance.now() - since).toBeLessThan(5000);
});

it.each(['use_mcp_tool', 'call_function', 'run_tool', 'weather_tool', 'mcp_call'])('takes an element <%s> for a call, which no voice can mean', (name) => {
	const words = new WordsOnly(new Set(), true);
	const text = `Sure. <${name}><tool_name>x</tool_name></${name}> Done.`;
	const said = [...text].map((sign) => words.take(sign)).join('') + words.end();
	expect(said.replace(/\s+/g, ' ')).toBe('Sure. Done.');
	expect(words.sawCall).toBe(true);
});
