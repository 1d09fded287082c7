// Guards against: a loading line that names the wrong model, or a percentage that is not that of the slowest.
import { loadingPercent, loadingWords } from './loading';

test.each([
	[[], '', undefined],
	[[{ part: 'languageModel', percent: 40 }], 'The language model is loading', 40],
	[[{ part: 'recogniser', percent: 80 }, { part: 'voice', percent: 20 }], 'The recogniser and the voice are loading', 20],
	[[{ part: 'recogniser', percent: 80 }, { part: 'languageModel' }, { part: 'voice', percent: 20 }], 'The recogniser, the language model and the voice are loading', undefined],
] as const)('%j', (models, words, percent) => {
	expect([loadingWords(models), loadingPercent(models)]).toEqual([words, percent]);
});
