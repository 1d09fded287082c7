import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';
import { encodeWav } from '../../runtime/audio/wav';
import { LISTEN_RATE } from '../../runtime/audio/pcm';
import { packageRoot } from '../../runtime/lib/package-root';
import { speech } from '../../test/media/speech';
import type { CallerNetwork } from '../../test/network/caller-network';

const WATCH = path.join(packageRoot(), 'bench', 'network', 'page-watch.js');
/** Said without a pause, again and again: the caller is heard at every moment, and no turn comes between. */
const COUNTING = 'one two three four five six seven eight nine ten and one two three four five six seven eight nine ten and';
/** Nothing on these machines takes longer; what does not come by then never comes. */
const LIMIT_MS = 120_000;

/** That sound came, looked at every 20 ms, over which of the page's connections, and by which of the caller's addresses. */
export interface Sound {
	readonly at: number;
	readonly connection: number;
	readonly address: string;
}

/** What the page has seen; times are Date.now()'s. */
export interface Seen {
	readonly sound: readonly Sound[];
	/** What the page was told of the caller's words, and when it had come into its call. */
	readonly told: ReadonlyArray<{ readonly at: number; readonly type: 'caption.partial' | 'session.started' }>;
	readonly connects: ReadonlyArray<{ readonly ms: number }>;
	readonly state: string;
}

/** Chromium in the caller's network, with somebody who counts aloud. */
export class PageCaller {
	private constructor(
		readonly page: Page,
		private readonly browser: Browser,
		private readonly folder: string,
	) {}

	static async open(network: CallerNetwork, pageUrl: string): Promise<PageCaller> {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-caller-'));
		const microphone = path.join(folder, 'microphone.wav');
		await writeFile(microphone, encodeWav([speech(COUNTING)], LISTEN_RATE));
		const browser = await chromium.launch({
			executablePath: network.chromium(folder),
			args: [
				'--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--no-first-run', '--disable-sync',
				'--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`, '--autoplay-policy=no-user-gesture-required',
				// Without TLS a browser gives no microphone to a page of another machine.
				`--unsafely-treat-insecure-origin-as-secure=${new URL(pageUrl).origin}`,
			],
		});
		const context = await browser.newContext({ permissions: ['microphone'] });
		const page = await context.newPage();
		page.setDefaultTimeout(LIMIT_MS);
		await page.addInitScript(await readFile(WATCH, 'utf8'));
		return new PageCaller(page, browser, folder);
	}

	/** A new call; resolves when sound comes. */
	async call(url: string): Promise<void> {
		await this.page.goto(url);
		await this.click();
		await this.until(({ sound }) => sound.length > 0, 'no sound came');
	}

	async click(): Promise<void> {
		await this.page.getByTestId('call').click();
	}

	async seen(): Promise<Seen> {
		return await this.page.evaluate<Seen>('window.watch.read()');
	}

	/** Looks again until this holds, and gives what was seen then. While a page is being loaded there is nothing to see. */
	async until(holds: (seen: Seen) => boolean, otherwise: string): Promise<Seen> {
		const until = Date.now() + LIMIT_MS;
		for (;;) {
			const seen = await this.seen().catch(() => undefined);
			if (seen && holds(seen)) return seen;
			if (Date.now() > until) throw new Error(`${otherwise} within ${LIMIT_MS / 1000} s; the page says ${seen?.state}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	async close(): Promise<void> {
		await this.browser.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}
