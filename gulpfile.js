const { createHash } = require('node:crypto');
const { execFile } = require('node:child_process');
const { cp, mkdir, readFile, rm, writeFile, chmod } = require('node:fs/promises');
const path = require('node:path');
const { promisify } = require('node:util');
const { dest, parallel, series, src } = require('gulp');

const run = promisify(execFile);

/** What dist is built from, for all who must not use an old one: deploy/local/steps/build.mjs. */
const steps = async () => ({
	...(await import('./deploy/local/steps/build.mjs')),
	...(await import('./deploy/local/steps/changes.mjs')),
});
let state;

async function clean() {
	const { sourcesState, forgetState } = await steps();
	// Before anything is read: what is written during the build is newer than the build.
	state = sourcesState();
	await forgetState('build');
	await rm('dist', { recursive: true, force: true });
}

async function remember() {
	const { rememberState } = await steps();
	await rememberState('build', state);
}

async function compile() {
	try {
		await run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
	} catch (error) {
		throw new Error(error.stdout || error.message);
	}
	await chmod('dist/runtime/cli/voice-loop.js', 0o755);
}

/** Icons and codex files stand beside the compiled node, where n8n looks for them. */
const nodeFiles = () => src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.svg'], { base: '.' }).pipe(dest('dist'));

/** Silero's voice activity graph (MIT) is lifted out of a development dependency, see dist/runtime/media/vad/NOTICE. */
async function vadModel() {
	const from = path.dirname(require.resolve('@ricky0123/vad-web/package.json'));
	const to = 'dist/runtime/media/vad';
	await mkdir(to, { recursive: true });
	await cp(path.join(from, 'dist', 'silero_vad_v6.onnx'), path.join(to, 'silero-vad-v6.onnx'));
	await cp('runtime/media/vad/NOTICE', path.join(to, 'NOTICE'));
}

/** The page is one HTML file: n8n serves it on a single URL, so nothing can be fetched beside it. */
async function page() {
	const { build } = require('esbuild');
	const bundle = await build({
		entryPoints: ['runtime/page/browser/page.ts'],
		bundle: true,
		minify: true,
		write: false,
		target: 'es2022',
		format: 'iife',
	});
	const [html, css] = await Promise.all([
		readFile('runtime/page/browser/page.html', 'utf8'),
		readFile('runtime/page/browser/page.css', 'utf8'),
	]);
	const script = bundle.outputFiles[0].text.replaceAll('</script', '<\\/script');
	// Its own script and style, and no other that somebody may get into it.
	const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
	const whole = html
		.replace("script-src 'unsafe-inline'", () => `script-src ${hashOf(script)}`)
		.replace("style-src 'unsafe-inline'", () => `style-src ${hashOf(css)}`)
		.replace('/*css*/', () => css)
		.replace('/*script*/', () => script);
	await mkdir('dist/runtime/page', { recursive: true });
	await writeFile('dist/runtime/page/page.html', whole);
}

exports.build = series(clean, parallel(compile, nodeFiles, vadModel, page), remember);
exports.page = page;
