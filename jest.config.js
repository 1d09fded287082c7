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
		// An ES module, which Node's own require() loads and jest's does not.
		'/node_modules/jose/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }],
	},
	transformIgnorePatterns: ['/node_modules/(?!jose/)'],
	testEnvironment: 'node',
	globalSetup: '<rootDir>/test/fresh-build.mjs',
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.voice-loop/'],
};

module.exports = {
	forceExit: true,
	projects: [
		{
			...common,
			displayName: 'unit',
			testMatch: ['<rootDir>/{runtime,nodes,credentials,examples,deploy,docs,bench,test/shape}/**/*.test.ts'],
			setupFilesAfterEnv: ['<rootDir>/test/limits/unit.js'],
		},
		{
			...common,
			displayName: 'e2e',
			testMatch: ['<rootDir>/test/!(shape)/**/*.test.ts'],
			setupFilesAfterEnv: ['<rootDir>/test/limits/e2e.js'],
		},
	],
};
