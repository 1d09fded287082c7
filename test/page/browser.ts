import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const output = path.resolve(__dirname, '..', '.output', 'page');

/** Debian's Chromium with a microphone that beeps. Permission is asked for as in real life. */
export async function launch(...args: string[]): Promise<Browser> {
	return await launchWith({}, ...args);
}

/** @param env of the browser besides ours: its HOME has the authorities that it trusts, CHROMIUM is the program */
export async function launchWith(env: Record<string, string>, ...args: string[]): Promise<Browser> {
	return await chromium.launch({
		env: { ...process.env, ...env },
		executablePath: env['CHROMIUM'] ?? process.env['CHROMIUM'] ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--use-fake-device-for-media-stream',
			'--autoplay-policy=no-user-gesture-required',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			...args,
		],
	});
}

export interface Visit {
	url: string;
	microphone?: boolean;
	width?: number;
	height?: number;
	dark?: boolean;
	/** Runs in the page before anything of ours. */
	before?: () => void;
}

/** Opens the page as a new visitor; a script error in it fails the test. */
export async function visit(browser: Browser, { url, microphone = true, width = 1100, height = 800, dark = false, before }: Visit): Promise<Page> {
	const context = await browser.newContext({
		permissions: microphone ? ['microphone'] : [],
		viewport: { width, height },
		colorScheme: dark ? 'dark' : 'light',
		deviceScaleFactor: width < 500 ? 2 : 1,
	});
	const page = await context.newPage();
	page.setDefaultTimeout(20_000);
	scriptErrors.set(page, []);
	page.on('pageerror', (error) => scriptErrors.get(page)?.push(error));
	if (before) await page.addInitScript(before);
	await page.goto(url);
	return page;
}

const scriptErrors = new Map<Page, Error[]>();

export async function leave(page: Page): Promise<void> {
	await page.context().close();
	const errors = scriptErrors.get(page) ?? [];
	scriptErrors.delete(page);
	if (errors[0]) throw errors[0];
}

export async function picture(page: Page, name: string): Promise<void> {
	mkdirSync(output, { recursive: true });
	await page.screenshot({ path: path.join(output, `${name}.png`) });
}

/** Resolves when the page shows this state; the state itself is the signal, not a time. */
export async function shows(page: Page, state: string): Promise<void> {
	await page.locator(`[data-testid="state"][data-state="${state}"]`).waitFor();
}

/** Resolves when the expression has this value in the page; playwright's own waiting is barred by the page's CSP. */
export async function becomes(page: Page, expression: string, value: unknown): Promise<void> {
	while ((await page.evaluate(expression)) !== value) await page.evaluate('new Promise(requestAnimationFrame)');
}
