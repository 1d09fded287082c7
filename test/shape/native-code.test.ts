// Guards against: native code in the gateway's process or in n8n's, where a crash in it would end all calls.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const root = path.resolve(__dirname, '..', '..');
const manifest = z
	.object({ n8n: z.object({ nodes: z.array(z.string()).min(1), credentials: z.array(z.string()).min(1) }) })
	.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));

/** The shared objects and native modules that come into a fresh process with a module. */
function nativeCodeOf(file: string): string[] {
	const program = `
		// Otherwise a report asks the name service about each connection.
		process.report.excludeNetwork = true;
		const native = () => [
			...process.report.getReport().sharedObjects,
			...Object.keys(require.cache).filter((file) => file.endsWith('.node')),
		];
		const before = new Set(native());
		require(process.argv[1]);
		console.log(JSON.stringify(native().filter((file) => !before.has(file))));
		process.exit(0);`;
	return JSON.parse(execFileSync(process.execPath, ['-e', program, path.resolve(root, file)], { encoding: 'utf8' })) as string[];
}

it.each([
	'dist/runtime/gateway/gateway.js',
	// What `voice-loop start` loads.
	'dist/runtime/cli/start.js',
	...manifest.n8n.nodes,
	...manifest.n8n.credentials,
])('%s brings no native code', (file) => {
	expect(nativeCodeOf(file)).toEqual([]);
});

describe('would be seen', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-native-'));
	afterAll(() => rmSync(folder, { recursive: true }));

	it.each(['wrtc', 'onnxruntime-node', 'sherpa-onnx-node'])('if one of them imported %s', (name) => {
		const standIn = path.join(folder, `${name}.js`);
		const imported = [path.join(root, 'dist/runtime/gateway/gateway.js'), require.resolve(name)];
		writeFileSync(standIn, imported.map((file) => `require(${JSON.stringify(file)});`).join('\n'));
		const found = nativeCodeOf(standIn);
		expect(found).toContainEqual(expect.stringMatching(/\.node$/));
		// Once as a shared object of the process, once as a module.
		expect(new Set(found).size).toBeLessThan(found.length);
	});
});
