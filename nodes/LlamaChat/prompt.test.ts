// Guards against: a caller who waits while n8n begins its expression engine for the default prompt, and a default that is read otherwise than n8n would.
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { llamaChatProperties } from './properties';
import { promptToAnswer } from './prompt';

/** A node whose expressions come to `evaluated`. */
function contextOf(prompt: unknown, json: IDataObject, evaluated: unknown): { context: IExecuteFunctions; evaluations: () => number } {
	let evaluations = 0;
	const context = {
		getInputData: () => [{ json: { text: 'of another item' } }, { json }],
		getNodeParameter: (_name: string, _index: number, fallback: unknown, options?: { rawExpressions?: boolean }) => {
			if (options?.rawExpressions) return prompt ?? fallback;
			evaluations++;
			return evaluated ?? fallback;
		},
	};
	return { context: context as unknown as IExecuteFunctions, evaluations: () => evaluations };
}

it('the default is read from the item and not evaluated', () => {
	const fallback = llamaChatProperties.find(({ name }) => name === 'prompt')?.default;
	for (const [json, text] of [[{ text: 'At noon.' }, 'At noon.'], [{}, ''], [{ text: null }, ''], [{ text: 12 }, '12'], [{ text: { day: 1 } }, '{"day":1}']] as const) {
		const { context, evaluations } = contextOf(fallback, json, 'evaluated');
		expect(promptToAnswer(context, 1)).toBe(text);
		expect(evaluations()).toBe(0);
	}
});

it('what the workflow says otherwise is evaluated', () => {
	const { context, evaluations } = contextOf('={{ $json.text }} Be brief.', { text: 'At noon.' }, 'At noon. Be brief.');
	expect(promptToAnswer(context, 1)).toBe('At noon. Be brief.');
	expect(evaluations()).toBe(1);
	expect(promptToAnswer(contextOf('Hello', { text: 'At noon.' }, 'Hello').context, 1)).toBe('Hello');
});
