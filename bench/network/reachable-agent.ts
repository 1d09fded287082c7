import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importExamples } from '../../deploy/local/host/examples.ts';
import { readManifest } from '../../deploy/local/host/manifest.ts';
import { LocalN8n } from '../../deploy/local/host/n8n.ts';
import { freePort } from '../../deploy/local/host/ports.ts';
import { type RuntimeProcess, endStrayRuntime, startRuntime, stateFolder } from '../../deploy/local/host/runtime-process.ts';
import { installPackage } from '../../deploy/local/host/user-folder.ts';
import { changeNode } from '../../deploy/local/host/workflows.ts';
import { findRuntime } from '../../runtime/client/find-or-start';
import { VoiceRuntime, fixedLocator } from '../../runtime/client/voice-runtime';
import { packageRoot } from '../../runtime/lib/package-root';

const root = packageRoot();

/** The example agent in a real n8n with a real runtime, open to any caller who reaches this machine at `address`. Whatever of it is killed, is started again at once. */
export class ReachableAgent {
	readonly pageUrl: string;
	/** Of starting again what was killed. */
	restarted: Promise<unknown> = Promise.resolve();
	private stopping = false;

	private constructor(
		private readonly manifest: Awaited<ReturnType<typeof readManifest>>,
		private readonly userFolder: string,
		private readonly n8n: LocalN8n,
		private readonly key: string,
		private process: RuntimeProcess,
		address: string,
		pagePath: string,
	) {
		this.pageUrl = `http://${address}:${new URL(n8n.url).port}/webhook/${pagePath}`;
	}

	/** @param settings of the runtime, as its environment has them */
	static async start(address: string, settings: NodeJS.ProcessEnv = {}): Promise<ReachableAgent> {
		const port = await freePort();
		// The runtime takes its settings from this process.
		Object.assign(process.env, {
			VOICE_LOOP_HOST: '0.0.0.0',
			VOICE_LOOP_PORT: String(port),
			VOICE_LOOP_PUBLIC_URL: `http://${address}:${port}`,
			VOICE_LOOP_LOG: 'warn',
			VOICE_LOOP_OFFERS_PER_ADDRESS: '100000',
			VOICE_LOOP_OFFERS_PER_MINUTE: '100000',
			...settings,
		});
		const manifest = await readManifest(root);
		const userFolder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-bench-'));
		await installPackage(userFolder, manifest);
		const key = randomBytes(24).toString('hex');
		const runtime = await startRuntime({ node: manifest.node, userFolder, key });
		let n8n: LocalN8n | undefined;
		try {
			n8n = await LocalN8n.open(manifest, { userFolder, env: { VOICE_LOOP_STATE: stateFolder(userFolder), VOICE_LOOP_AUTOSTART: 'off', N8N_LISTEN_ADDRESS: '0.0.0.0' } });
			const example = (await importExamples(n8n.rest, root)).find(({ pagePath }) => pagePath !== '');
			if (!example) throw new Error('no example has a voice page');
			await changeNode(n8n.rest, example.id, 'Voice Session Trigger', { callers: 'anyone' });
			return new ReachableAgent(manifest, userFolder, n8n, key, runtime, address, example.pagePath);
		} catch (error) {
			await n8n?.stop();
			await runtime.stop();
			await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
			throw error;
		}
	}

	async runtime(): Promise<VoiceRuntime> {
		const endpoint = await findRuntime({ env: { VOICE_LOOP_STATE: stateFolder(this.userFolder) } });
		if (!endpoint) throw new Error('the runtime is gone');
		return new VoiceRuntime(fixedLocator(endpoint));
	}

	/** Started again at once, as `npm start` does. */
	async killGateway(): Promise<number> {
		const { gateway } = await (await this.runtime()).stats();
		const at = Date.now();
		process.kill(gateway.pid, 'SIGKILL');
		this.restarted = startRuntime({ node: this.manifest.node, userFolder: this.userFolder, key: this.key }).then((started) => (this.process = started));
		return at;
	}

	killN8n(): void {
		const { pid, ended } = this.n8n;
		this.restarted = ended.then(async () => {
			if (!this.stopping) await this.n8n.start();
		});
		process.kill(pid, 'SIGKILL');
	}

	async stop(): Promise<void> {
		this.stopping = true;
		await this.restarted.catch(() => undefined);
		await this.n8n.stop();
		await this.process.stop();
		await endStrayRuntime(this.userFolder);
		await rm(this.userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
}
