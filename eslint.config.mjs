import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { nativeImports } from './test/shape/native-imports.mjs';
import { rooms } from './test/shape/rooms.mjs';

const zones = Object.entries(rooms).flatMap(([target, allowed]) =>
	Object.keys(rooms)
		.filter((room) => room !== target && !allowed.includes(room))
		.map((room) => ({
			target: `./${target}`,
			from: `./${room}`,
			except: allowed.filter((file) => file.startsWith(`${room}/`)).map((file) => `./${file.slice(room.length + 1)}`),
			message: `${target} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
		})),
);

export default tseslint.config(
	{ ignores: ['dist/', 'node_modules/', '.voice-loop/', 'test/.output/', 'bench/.output/'] },
	{
		files: ['**/*.ts'],
		extends: [tseslint.configs.recommendedTypeChecked],
		plugins: { 'import-x': importX },
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
		rules: {
			'import-x/no-restricted-paths': ['error', { zones }],
			'import-x/no-cycle': 'error',
			'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/require-await': 'off',
		},
	},
	{
		// A value that may be missing is looked at, not sworn to.
		files: ['{runtime,nodes,credentials}/**/*.ts'],
		ignores: ['**/*.test.ts', '**/*.fixture.ts'],
		rules: { '@typescript-eslint/no-non-null-assertion': 'error' },
	},
	...nativeImports,
	{
		files: ['nodes/**/*.node.ts', 'credentials/**/*.ts'],
		plugins: { '@n8n/community-nodes': n8nCommunityNodesPlugin },
		rules: {
			...n8nCommunityNodesPlugin.configs.recommendedWithoutN8nCloudSupport.rules,
			// This package brings its own runtime, so it has dependencies and can't be a verified node: README.
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
		},
	},
	{
		// What the runtime has to say goes into its log, which withholds what was said and heard. The command line prints.
		files: ['runtime/{contract,lib,audio,rpc,speech-text,dialogue,media,inference,gateway}/**/*.ts'],
		ignores: ['**/*.test.ts', '**/*.fixture.ts', '**/render-dialogues.ts'],
		rules: {
			'no-console': 'error',
			'no-restricted-properties': ['error', { object: 'process', property: 'stdout' }, { object: 'process', property: 'stderr' }],
		},
	},
	{
		// Test doubles and fixtures speak about shapes they don't own.
		files: ['**/*.test.ts', 'test/**/*.ts'],
		rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-unsafe-return': 'off', 'max-lines': 'off' },
	},
);
