import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Who may import whom (docs/architecture.md). A room may use itself and the rooms listed for it. */
const rooms = {
	'runtime/contract': [],
	'runtime/session': ['runtime/contract'],
	'runtime/ipc': ['runtime/contract'],
	'runtime/media': ['runtime/contract', 'runtime/session', 'runtime/ipc'],
	'runtime/inference': ['runtime/contract', 'runtime/session', 'runtime/ipc'],
	'runtime/gateway': ['runtime/contract', 'runtime/session', 'runtime/ipc', 'runtime/media', 'runtime/inference'],
	'runtime/client': ['runtime/contract'],
	'runtime/page': ['runtime/contract'],
	'runtime/cli': ['runtime/contract', 'runtime/session', 'runtime/ipc', 'runtime/media', 'runtime/inference', 'runtime/gateway', 'runtime/client'],
	nodes: ['runtime/contract', 'runtime/client'],
	credentials: ['runtime/contract'],
};

const zones = Object.entries(rooms).map(([target, allowed]) => ({
	target: `./${target}`,
	from: Object.keys(rooms)
		.filter((room) => room !== target && !allowed.includes(room))
		.map((room) => `./${room}`),
	message: `${target} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
}));

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
		files: ['nodes/**/*.node.ts', 'credentials/**/*.ts'],
		plugins: { '@n8n/community-nodes': n8nCommunityNodesPlugin },
		rules: {
			...n8nCommunityNodesPlugin.configs.recommendedWithoutN8nCloudSupport.rules,
			// This package brings its own runtime, so it has dependencies and can't be a verified node: README.
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
		},
	},
	{
		// Test doubles and fixtures speak about shapes they don't own.
		files: ['**/*.test.ts', 'test/**/*.ts'],
		rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-unsafe-return': 'off', 'max-lines': 'off' },
	},
);
