import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { dataTableRows } from '../../deploy/local/host/data-tables.ts';
import { type Execution, listExecutions, readExecution } from '../../deploy/local/host/executions.ts';
import { readManifest } from '../../deploy/local/host/manifest.ts';
import { LocalN8n } from '../../deploy/local/host/n8n.ts';
import type { RestClient } from '../../deploy/local/host/rest-client.ts';
import { endStrayRuntime, stateFolder } from '../../deploy/local/host/runtime-process.ts';
import { installPackage } from '../../deploy/local/host/user-folder.ts';
import { importWorkflow, publishWorkflow, unpublishWorkflow, workflowFile } from '../../deploy/local/host/workflows.ts';

export const root = path.resolve(__dirname, '..', '..');

export interface HostOptions {
	/** Kept when given; else a fresh one that stop() removes. */
	readonly userFolder?: string;
	/** Added to n8n's environment. Nodes find or start a runtime of this user folder unless VOICE_LOOP_STATE says otherwise. */
	readonly env?: NodeJS.ProcessEnv;
}

/** A real n8n with our package installed as n8n installs it, for one test file. */
export class N8nHost {
	readonly #n8n: LocalN8n;
	readonly #temporary: boolean;

	constructor(n8n: LocalN8n, temporary: boolean) {
		this.#n8n = n8n;
		this.#temporary = temporary;
	}

	/** Without a slash at its end. */
	get url(): string {
		return this.#n8n.url;
	}

	/** n8n's own REST API, logged in as the owner. */
	get rest(): RestClient {
		return this.#n8n.rest;
	}

	get owner(): { email: string; password: string } {
		return this.#n8n.owner;
	}

	get userFolder(): string {
		return this.#n8n.userFolder;
	}

	get pid(): number {
		return this.#n8n.pid;
	}

	/** Everything n8n wrote, for the message of a failing test. */
	get logFile(): string {
		return this.#n8n.logFile;
	}

	/** @param file a workflow as the editor exports it, parsed @returns its id */
	async importWorkflow(file: unknown): Promise<string> {
		return await importWorkflow(this.rest, workflowFile.parse(file));
	}

	/** Resolves when its triggers and webhooks really listen. */
	async publish(workflowId: string): Promise<void> {
		await publishWorkflow(this.rest, workflowId);
	}

	async unpublish(workflowId: string): Promise<void> {
		await unpublishWorkflow(this.rest, workflowId);
	}

	/** All of a workflow's executions with their data, the oldest first. */
	async executions(workflowId: string): Promise<Execution[]> {
		const found = await listExecutions(this.rest, workflowId);
		return await Promise.all(found.reverse().map(({ id }) => readExecution(this.rest, id)));
	}

	async dataTableRows(name: string): Promise<Array<Record<string, unknown>>> {
		return await dataTableRows(this.rest, name);
	}

	/**
	 * What "Execute workflow" does in the editor, from the given trigger.
	 * @returns the execution, or that the test URL waits for a call
	 */
	async runWorkflow(workflowId: string, trigger: string): Promise<{ executionId?: string; waitingForWebhook?: boolean }> {
		const workflowData = await this.rest.request('GET', `/workflows/${workflowId}`, z.record(z.unknown()));
		return await this.rest.request(
			'POST',
			`/workflows/${workflowId}/run`,
			z.object({ executionId: z.string().optional(), waitingForWebhook: z.boolean().optional() }),
			{ workflowData, triggerToStartFrom: { name: trigger } },
			{ 'push-ref': randomUUID() },
		);
	}

	/** Ends n8n by its own means, as an owner would; start() brings it back on the same address. */
	async shutDown(): Promise<void> {
		await this.#n8n.stop();
	}

	async start(): Promise<void> {
		await this.#n8n.start();
	}

	async restart(): Promise<void> {
		await this.shutDown();
		await this.start();
	}

	/** Ends n8n and the runtime that its nodes started, and takes its temporary folder away. */
	async stop(): Promise<void> {
		await this.#n8n.stop();
		await endStrayRuntime(this.userFolder);
		if (this.#temporary) await rm(this.userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
}

/** Ready to take workflows; about 15 s, and minutes on a machine at work. */
export async function startN8n(options: HostOptions = {}): Promise<N8nHost> {
	const manifest = await readManifest(root);
	const userFolder = options.userFolder ?? (await mkdtemp(path.join(os.tmpdir(), 'voice-loop-n8n-')));
	await installPackage(userFolder, manifest);
	const env = { VOICE_LOOP_STATE: stateFolder(userFolder), ...options.env };
	const n8n = await LocalN8n.open(manifest, { userFolder, env });
	return new N8nHost(n8n, options.userFolder === undefined);
}
