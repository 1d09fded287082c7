import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ExampleWorkflow, importExamples } from './host/examples.ts';
import { type Kept, Keeper } from './host/keeper.ts';
import { readManifest } from './host/manifest.ts';
import { LocalN8n } from './host/n8n.ts';
import { overruled, publicUrl } from './host/n8n-environment.ts';
import { freePort, isFree } from './host/ports.ts';
import { ensurePrivateFolder } from './host/private-folder.ts';
import { RestError } from './host/rest-client.ts';
import { endStrayRuntime, startRuntime, stateFolder } from './host/runtime-process.ts';
import { installPackage, readSecrets, runtimeKeyOf } from './host/user-folder.ts';
import { ModelsOffer, readOptions } from './offer.ts';

/**
 * `npm start`: n8n with this package in it, the voice runtime, the example agent; ends on Ctrl-C.
 * VOICE_LOOP_HOME is the user folder (default: .voice-loop in the clone), N8N_PORT the editor's port
 * (default: 5678 or, when that is taken, any; 0: any). n8n's own settings hold, see n8n-environment.ts. With `-- --yes` it downloads the models that suit the machine.
 */
const root = path.resolve(path.dirname(process.argv[1] ?? ''), '..', '..');
const home = path.resolve(process.env.VOICE_LOOP_HOME || path.join(root, '.voice-loop'));
const pidFile = path.join(home, 'start.pid');
/** What runs and how to get in, for `npm run call` and others of this machine's user. */
const startFile = path.join(home, 'start.json');

async function choosePort(): Promise<number> {
	const wanted = process.env.N8N_PORT;
	if (wanted === undefined || wanted === '') return (await isFree(5678)) ? 5678 : await freePort();
	const port = Number(wanted);
	if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`N8N_PORT is not a valid port: ${wanted}. Set it to a number from 0 to 65535.`);
	if (port === 0) return await freePort();
	if (await isFree(port)) return port;
	throw new Error(`Port ${port} is in use by another program. Set N8N_PORT to another port, or to 0 for any free port.`);
}

async function assertAlone(): Promise<void> {
	const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
	const command = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') : '';
	if (command.includes('deploy/local/start')) {
		throw new Error(`npm start is already running in ${home} (process ${pid}). To run a second one, set VOICE_LOOP_HOME to another folder.`);
	}
}

async function writeStartFile(n8n: LocalN8n, examples: ExampleWorkflow[]): Promise<void> {
	const page = examples.find(({ pagePath }) => pagePath !== '')?.pagePath ?? '';
	const start = { url: `${n8n.url}/webhook/${page}`, editor: n8n.url, ...n8n.owner };
	await rm(startFile, { force: true });
	await writeFile(startFile, `${JSON.stringify(start, null, '\t')}\n`, { mode: 0o600 });
}

function tell(n8n: LocalN8n, examples: ExampleWorkflow[]): void {
	const kept = examples.filter(({ imported }) => !imported).map(({ name }) => name);
	const pages = examples.filter(({ pagePath }) => pagePath !== '');
	const elsewhere = publicUrl(process.env, Number(new URL(n8n.url).port));
	const lines = [
		'',
		...pages.map(({ pagePath, name }) => `  Talk to it    ${n8n.url}/webhook/${pagePath}   (${name})`),
		`  Editor        ${n8n.url}`,
		...(elsewhere === undefined ? [] : pages.map(({ pagePath }) => `  From elsewhere  ${elsewhere}/webhook/${pagePath}`)),
		...(elsewhere?.startsWith('http://') ? ['  Browsers on other machines give the microphone to https:// only: docs/network.md says how to get there.'] : []),
		`  Log in with   ${n8n.owner.email}   ${n8n.owner.password}`,
		'',
		'  Log in to the editor first: the voice page is for users who are logged in to this n8n.',
		...(kept.length > 0 ? [`  Not imported, because they already exist in your n8n: ${kept.join(', ')}.`] : []),
		`  All data is in ${home}. Press Ctrl-C to stop.`,
		'',
	];
	console.log(lines.join('\n'));
}

function logInFailed(error: unknown): Error {
	if (error instanceof RestError && error.status === 401) {
		return new Error(
			`n8n rejected the owner's password from ${path.join(home, 'secrets.json')}. If you changed it in n8n, change it there too.`,
		);
	}
	return error instanceof Error ? error : new Error(String(error));
}

/** Both of them at once: whichever ends unexpectedly is started again, and the other goes on. */
async function run(signal: AbortSignal): Promise<void> {
	const { yes } = readOptions(process.argv.slice(2));
	await assertAlone();
	for (const line of overruled(process.env)) console.log(`! ${line}`);
	const manifest = await readManifest(root);
	const port = await choosePort();
	// The one in the clone is ours whatever is in it: set-up makes it.
	const ours = path.basename(home) === '.voice-loop' ? await readdir(home).catch(() => []) : ['secrets.json', '.n8n'];
	await ensurePrivateFolder(home, ours);
	await writeFile(pidFile, String(process.pid));
	const say = (line: string): void => console.log(line);
	const startVoice = async (ending: AbortSignal): Promise<Kept> => {
		const key = runtimeKeyOf(await readSecrets(home));
		return await startRuntime({ node: manifest.node, userFolder: home, key, signal: ending });
	};
	const voice = new Keeper({ name: 'The voice runtime', start: startVoice, say, logFile: path.join(home, 'runtime.log') });
	let editor: Keeper | undefined;
	let offer: ModelsOffer | undefined;
	try {
		await endStrayRuntime(home);
		await installPackage(home, manifest);
		// Before n8n, whose published triggers wait for it.
		voice.keep(await startVoice(signal));
		console.log('• starting n8n (the first start takes longer: n8n creates its database)');
		const env = { VOICE_LOOP_STATE: stateFolder(home), VOICE_LOOP_AUTOSTART: 'off' };
		const n8n = await LocalN8n.open(manifest, { userFolder: home, port, env, signal }).catch((error: unknown) => {
			throw logInFailed(error);
		});
		const startEditor = async (ending: AbortSignal): Promise<Kept> => {
			await n8n.start(ending);
			return { ended: n8n.ended, stop: async () => await n8n.stop() };
		};
		editor = new Keeper({ name: 'n8n', start: startEditor, say, logFile: path.join(home, 'n8n.log') });
		editor.keep({ ended: n8n.ended, stop: async () => await n8n.stop() });
		const examples = await importExamples(n8n.rest, root);
		signal.throwIfAborted();
		await writeStartFile(n8n, examples);
		tell(n8n, examples);
		void voice.gaveUp.then((why) => say(`✗ ${why}\n  n8n goes on without it. To try again, press Ctrl-C and run npm start.`));
		offer = new ModelsOffer(manifest.node, root, yes, interrupt);
		const why = await Promise.race([
			new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve(''))),
			editor.gaveUp,
		]);
		if (why !== '' && !signal.aborted) throw new Error(why);
	} finally {
		await offer?.end();
		await Promise.all([editor?.stop(), voice.stop()]);
		await endStrayRuntime(home);
		await Promise.all([rm(pidFile, { force: true }), rm(startFile, { force: true })]);
	}
}

const interruption = new AbortController();
function interrupt(): void {
	if (interruption.signal.aborted) return;
	console.log('\nStopping n8n and the voice runtime…');
	interruption.abort();
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);

// A SIGTERM to npm ends npm and its shell, and does not come through to here.
const shell = process.ppid;
setInterval(() => {
	if (process.env.npm_lifecycle_event && process.ppid !== shell) interrupt();
}, 500);

run(interruption.signal).then(
	() => process.exit(0),
	(error: unknown) => {
		if (interruption.signal.aborted) process.exit(0);
		console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
		process.exit(1);
	},
);
