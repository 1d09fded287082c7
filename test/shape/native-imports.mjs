import { nativeAllowed, nativePackages, rooms } from './rooms.mjs';

const WHY = 'has native code, which may take its process down: only media and inference import it. Types are fine (import type).';

const everywhere = Object.keys(rooms).map((room) => `${room}/**/*.ts`);

/** Refuses these packages in all forms that load them; their types may be used. */
function refusing(packages) {
	const named = `/^(${packages.map((name) => name.replace('/', '\\u002F')).join('|')})(\\u002F|$)/`;
	return {
		'@typescript-eslint/no-restricted-imports': [
			'error',
			{
				paths: packages.map((name) => ({ name, message: `It ${WHY}`, allowTypeImports: true })),
				patterns: packages.map((name) => ({ group: [`${name}/*`], message: `It ${WHY}`, allowTypeImports: true })),
			},
		],
		'no-restricted-syntax': [
			'error',
			...[
				`ImportExpression > Literal[value=${named}]`,
				`ImportExpression > TemplateLiteral > TemplateElement[value.raw=${named}]`,
				`CallExpression[callee.name='require'] > Literal[value=${named}]`,
				`CallExpression[callee.type='CallExpression'][callee.callee.name='createRequire'] > Literal[value=${named}]`,
			].map((selector) => ({ selector, message: `This package ${WHY}` })),
		],
	};
}

/** ESLint configs: the later one of two that fit a file holds. */
export const nativeImports = [
	{ files: everywhere, rules: refusing(nativePackages) },
	...Object.entries(nativeAllowed).map(([folder, allowed]) => {
		const refused = nativePackages.filter((name) => !allowed.includes(name));
		const rules = refused.length > 0 ? refusing(refused) : { '@typescript-eslint/no-restricted-imports': 'off', 'no-restricted-syntax': 'off' };
		return { files: [`${folder}/**/*.ts`], rules };
	}),
];
