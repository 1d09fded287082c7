// Guards against: an engine that takes no notice of the language, and nobody in the editor who is told so.
import { languageRemark } from './language-remark';

test.each([
	['de-AT', ['en'], 'The language is German, and "/models/x" understands only English.'],
	['nb', ['en', 'de'], 'The language is Norwegian, and "/models/x" understands only English and German.'],
	['pt_BR', 'unknown', 'The language is Portuguese, and "/models/x" cannot be told so: it understands the language that it was made for.'],
] as const)('of %s and an engine that knows %j it says what is not taken', (setting, languages, remark) => {
	expect(languageRemark('/models/x', 'understands', setting, languages)).toEqual({ remark });
});

test.each([
	['en-GB', ['en-us']],
	['zh-CN', ['cmn']],
	['no', ['nb']],
	['', ['en']],
	['en', 'unknown'],
	['klingon', ['en']],
	['de', undefined],
	['de', []],
] as const)('of %j and an engine that knows %j it says nothing', (setting, languages) => {
	expect(languageRemark('/voices/joe', 'speaks', setting, languages)).toEqual({});
});
