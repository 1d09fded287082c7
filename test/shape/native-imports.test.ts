// Guards against: native code in the gateway or in n8n by a form of import that lint does not see.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

/** Of each folder, the lines that eslint.config.mjs refuses. Jest itself cannot load that config: it is ESM. */
function refused(folders: readonly string[], lines: readonly string[]): Record<string, string[]> {
	const program = `
		import { ESLint } from 'eslint';
		import tseslint from 'typescript-eslint';
		const [folders, lines] = JSON.parse(process.argv[1]);
		const eslint = new ESLint({ overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });
		const results = await Promise.all(folders.map(async (folder) => {
			const [{ messages }] = await eslint.lintText(lines.join('\\n'), { filePath: folder + '/made-up.ts' });
			if (messages.some(({ fatal }) => fatal)) throw new Error(JSON.stringify(messages));
			const refused = messages.filter(({ ruleId }) => /no-restricted-(imports|syntax)$/.test(ruleId));
			return [folder, [...new Set(refused.map(({ line }) => lines[line - 1]))]];
		}));
		console.log(JSON.stringify(Object.fromEntries(results)));`;
	const output = execFileSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify([folders, lines])], { cwd: root, encoding: 'utf8' });
	return JSON.parse(output) as Record<string, string[]>;
}

/** So many folders with the same answer. */
function eachOf(folders: readonly string[], lines: readonly string[]): Record<string, readonly string[]> {
	return Object.fromEntries(folders.map((folder) => [folder, lines]));
}

const FORMS = [
	`import { InferenceSession } from 'onnxruntime-node';`,
	`import * as wrtc from 'wrtc';`,
	`import 'sherpa-onnx-node';`,
	`import { Tensor, type InferenceSession } from 'onnxruntime-node';`,
	`import wrtc from '@roamhq/wrtc/lib/index.js';`,
	`export { getLlama } from 'node-llama-cpp';`,
	`import onnx = require('onnxruntime-node');`,
	`const library = await import('node-llama-cpp');`,
	'const library = await import(`node-llama-cpp`);',
	`const native = require('wrtc');`,
	`const native = createRequire(__filename)('onnxruntime-node');`,
];
const TYPES = [
	`import type { InferenceSession } from 'onnxruntime-node';`,
	`import { type InferenceSession } from 'onnxruntime-node';`,
	`type Library = typeof import('node-llama-cpp');`,
	`const name = 'wrtc';`,
];
const ABOVE = ['contract', 'lib', 'audio', 'rpc', 'speech-text', 'dialogue', 'gateway', 'client', 'page', 'cli'].map((room) => `runtime/${room}`);
const FOLDERS = [...ABOVE, 'runtime/gateway/calls', 'nodes', 'nodes/Transcribe', 'credentials'];

it('refuses each form that loads one, and no types, in each room above media and inference', () => {
	expect(refused(FOLDERS, [...TYPES, ...FORMS])).toEqual(eachOf(FOLDERS, FORMS));
});

it('refuses nothing of it in media and inference', () => {
	const folders = ['runtime/media', 'runtime/media/peer', 'runtime/inference/llama'];
	expect(refused(folders, [...TYPES, ...FORMS])).toEqual(eachOf(folders, []));
});

it('allows a peer, and nothing else, in the caller of `voice-loop call`', () => {
	const onnx = `import { Tensor } from 'onnxruntime-node';`;
	expect(refused(['runtime/cli/call'], [`import * as wrtc from 'wrtc';`, onnx])).toEqual({ 'runtime/cli/call': [onnx] });
});
