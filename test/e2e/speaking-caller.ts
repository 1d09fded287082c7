import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { leave, visit } from '../page/browser';
import { launchSpeaking, logIn, type Spoken } from './browser-caller';
import { startWorld, type World } from './world';

interface Options {
	/** As long as the caller's microphone is heard. */
	readonly totalMs: number;
	/** Before the call: a model of the test's own, for example, in a folder that goes with the caller. */
	readonly prepare?: (world: World, folder: string) => Promise<void>;
	/** A file that runs in the page before anything of ours. */
	readonly pageScript?: string;
}

/** Somebody who is logged in to a real n8n with the example agent, and has called it from Chromium, speaking. */
export class SpeakingCaller {
	private constructor(
		readonly world: World,
		readonly page: Page,
		private readonly browser: Browser,
		private readonly folder: string,
	) {}

	static async call(script: readonly Spoken[], { totalMs, prepare, pageScript }: Options): Promise<SpeakingCaller> {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-caller-'));
		const world = await startWorld();
		await prepare?.(world, folder);
		const browser = await launchSpeaking(folder, script, totalMs);
		const page = await visit(browser, { url: 'about:blank' });
		if (pageScript !== undefined) await page.addInitScript({ path: pageScript });
		await logIn(page, world);
		await page.goto(world.pageUrl);
		await page.getByTestId('call').click();
		return new SpeakingCaller(world, page, browser, folder);
	}

	async end(): Promise<void> {
		await leave(this.page);
		await this.browser.close();
		await this.world.end();
		await rm(this.folder, { recursive: true, force: true });
	}
}
