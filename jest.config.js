/** wrtc and n8n's containers keep native threads alive: every project ends by force, see docs/architecture.md. */
const common = {
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
				module: { type: 'commonjs', ignoreDynamic: true },
			},
		],
	},
	testEnvironment: 'node',
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.voice-loop/'],
};

module.exports = {
	forceExit: true,
	projects: [
		{
			...common,
			displayName: 'unit',
			testMatch: ['<rootDir>/{runtime,nodes,credentials,examples,deploy,docs}/**/*.test.ts'],
			setupFilesAfterEnv: ['<rootDir>/test/limits/unit.js'],
		},
		{
			...common,
			displayName: 'e2e',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			setupFilesAfterEnv: ['<rootDir>/test/limits/e2e.js'],
		},
	],
};
