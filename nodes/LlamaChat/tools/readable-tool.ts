import { lettersForModel, shortened } from '../../../runtime/lib/shorten';
import { withMildTypes } from './mild-types';
import type { Tool } from './tool';

/** Letters of one result that a model is given: some 2000 tokens, half of what it keeps of a whole conversation. */
export const MOST_RESULT_LETTERS = 8000;

/**
 * A tool between a model and the world: inputs in mildly wrong types are put right, and a result of any size is one that
 * the model can read. `remark` gets what whoever builds the workflow should know.
 */
export function readableTool(tool: Tool, remark: (hint: string) => void): Tool {
	const { spec, limitMs } = tool;
	return {
		spec,
		limitMs,
		run: async (args) => {
			const outcome = await tool.run(withMildTypes(args, spec.parameters));
			const { result, letters } = readable(outcome.result);
			if (letters > MOST_RESULT_LETTERS) {
				remark(`The tool "${spec.name}" gave ${letters.toLocaleString('en')} characters. The model reads only the first rows of it, ${MOST_RESULT_LETTERS.toLocaleString('en')} characters: let the tool give fewer rows or fields.`);
			}
			return { ...outcome, result };
		},
	};
}

/** As it can be written as JSON, and as much of it as a model is given. `letters`: of the whole. */
function readable(result: unknown): { result: unknown; letters: number } {
	let plain: unknown;
	try {
		// Dates become texts, numbers beyond JavaScript's keep their digits.
		const json = JSON.stringify(result, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) as string | undefined;
		plain = json === undefined ? null : JSON.parse(json);
	} catch {
		plain = { error: 'The tool gave a result that cannot be written as JSON: it contains itself, or too many layers.' };
	}
	return { result: shortened(plain, MOST_RESULT_LETTERS), letters: lettersForModel(plain) };
}
