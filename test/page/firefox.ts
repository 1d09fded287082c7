import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const output = path.resolve(__dirname, '..', '.output', 'page');

/** As a caller's Firefox is, but that it allows microphones and asks the internet for nothing. */
const PREFERENCES: Record<string, unknown> = {
	'permissions.default.microphone': 1,
	'app.normandy.enabled': false,
	'app.update.disabledForTesting': true,
	'browser.aboutwelcome.enabled': false,
	'browser.shell.checkDefaultBrowser': false,
	'browser.startup.page': 0,
	'browser.topsites.contile.enabled': false,
	'datareporting.policy.dataSubmissionEnabled': false,
	'dom.push.connection.enabled': false,
	'extensions.getAddons.cache.enabled': false,
	'extensions.systemAddon.update.enabled': false,
	'media.gmp-manager.updateEnabled': false,
	'network.captive-portal-service.enabled': false,
	'network.connectivity-service.enabled': false,
	'services.settings.server': 'data:,#remote-settings-dummy/v1',
	'toolkit.telemetry.reportingpolicy.firstRun': false,
};

const LONGEST_WAIT_MS = 60_000;

/** What Firefox refuses a page is told to nobody but its console. */
const TELL_REFUSALS = `() => addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error('refused by the policy: ' + violatedDirective + ' ' + blockedURI))`;

export interface FirefoxOptions {
	readonly preferences?: Record<string, unknown>;
	/** PEM of an authority that it trusts. Needs certutil. */
	readonly authority?: string;
	/** Added to its environment. */
	readonly env?: NodeJS.ProcessEnv;
}

type Message = { id?: number; result?: unknown; error?: string; message?: string; method?: string; params?: Record<string, unknown> };

/** Debian's Firefox, driven by WebDriver BiDi, which it speaks itself. */
export class Firefox {
	private readonly waiting = new Map<number, (message: Message) => void>();
	private asked = 0;
	private socket: WebSocket | undefined;
	/** Script errors and refusals of the pages. */
	readonly errors: string[] = [];

	private constructor(
		private readonly process: ChildProcess,
		private readonly profile: string,
	) {}

	static async launch({ preferences = {}, authority, env = {} }: FirefoxOptions = {}): Promise<Firefox> {
		const profile = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-firefox-'));
		const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
		writeFileSync(path.join(profile, 'user.js'), lines.join('\n'));
		if (authority !== undefined) {
			execFileSync('certutil', ['-d', `sql:${profile}`, '-N', '--empty-password'], { stdio: 'pipe' });
			execFileSync('certutil', ['-d', `sql:${profile}`, '-A', '-t', 'C,,', '-n', 'test', '-i', authority], { stdio: 'pipe' });
		}
		const child = spawn('firefox-esr', ['--headless', '--no-remote', '--remote-debugging-port', '0', '--remote-allow-system-access', '--profile', profile], {
			env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1', ...env },
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		// A test that runs out of its time leaves nothing behind.
		process.once('exit', () => child.kill('SIGKILL'));
		const firefox = new Firefox(child, profile);
		await firefox.connect();
		return firefox;
	}

	private async connect(): Promise<void> {
		let told = '';
		const address = await new Promise<string>((resolve, reject) => {
			this.process.stderr?.on('data', (piece: Buffer) => {
				told += piece.toString();
				const found = /WebDriver BiDi listening on (ws:\S+)/.exec(told)?.[1];
				if (found !== undefined) resolve(found);
			});
			this.process.once('exit', () => reject(new Error(`Firefox ended while starting:\n${told.slice(-2000)}`)));
		});
		this.socket = new WebSocket(`${address}/session`);
		await once(this.socket, 'open');
		this.socket.on('message', (data: Buffer) => this.take(JSON.parse(data.toString()) as Message));
		await this.ask('session.new', { capabilities: {} });
		await this.ask('session.subscribe', { events: ['log.entryAdded'] });
		await this.ask('script.addPreloadScript', { functionDeclaration: TELL_REFUSALS });
	}

	private take({ id, method, params, ...rest }: Message): void {
		if (method === 'log.entryAdded' && params?.['level'] === 'error') this.errors.push(String(params['text']));
		if (id === undefined) return;
		this.waiting.get(id)?.(rest);
		this.waiting.delete(id);
	}

	/** A command of WebDriver BiDi. */
	async ask<T>(method: string, params: object): Promise<T> {
		const id = ++this.asked;
		const answered = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
		this.socket?.send(JSON.stringify({ id, method, params }));
		const { error, message, result } = await answered;
		if (error !== undefined) throw new Error(`${method}: ${error}: ${message}`);
		return result as T;
	}

	async open(url: string, { width = 1100, height = 800 } = {}): Promise<FirefoxTab> {
		const { context } = await this.ask<{ context: string }>('browsingContext.create', { type: 'tab' });
		await this.ask('browsingContext.setViewport', { context, viewport: { width, height } });
		const tab = new FirefoxTab(this, context);
		await tab.goto(url);
		return tab;
	}

	/** From now on. */
	async prefer(name: string, value: number): Promise<void> {
		await this.inBrowser(`void Services.prefs.setIntPref(${JSON.stringify(name)}, ${value})`);
	}

	/** As Ctrl+Shift+T does. */
	async reopenClosedTab(): Promise<FirefoxTab> {
		const before = new Set(await this.contexts());
		await this.inBrowser('void SessionStore.undoCloseTab(window, 0)');
		for (;;) {
			const context = (await this.contexts()).find((each) => !before.has(each));
			if (context !== undefined) return new FirefoxTab(this, context);
			await sleep(50);
		}
	}

	/** As the browser's own window, not as a page. */
	private async inBrowser(expression: string): Promise<void> {
		const { contexts } = await this.ask<{ contexts: Array<{ context: string }> }>('browsingContext.getTree', { 'moz:scope': 'chrome' });
		await evaluate(this, contexts[0]?.context ?? '', expression);
	}

	private async contexts(): Promise<string[]> {
		const { contexts } = await this.ask<{ contexts: Array<{ context: string }> }>('browsingContext.getTree', {});
		return contexts.map(({ context }) => context);
	}

	async close(): Promise<void> {
		const gone = this.process.exitCode === null && this.process.signalCode === null ? once(this.process, 'exit') : undefined;
		this.process.kill('SIGTERM');
		await gone;
		this.socket?.terminate();
		rmSync(this.profile, { recursive: true, force: true });
	}
}

async function evaluate<T>(firefox: Firefox, context: string, expression: string): Promise<T> {
	const { result, exceptionDetails } = await firefox.ask<{ result?: { value: string }; exceptionDetails?: { text: string } }>('script.evaluate', {
		expression: `(async () => JSON.stringify(await (${expression})) ?? 'null')()`,
		target: { context },
		awaitPromise: true,
	});
	if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
	return JSON.parse(result?.value ?? 'null') as T;
}

export class FirefoxTab {
	constructor(
		private readonly firefox: Firefox,
		private readonly context: string,
	) {}

	async goto(url: string): Promise<void> {
		await this.firefox.ask('browsingContext.navigate', { context: this.context, url, wait: 'complete' });
	}

	async reload(): Promise<void> {
		await this.firefox.ask('browsingContext.reload', { context: this.context, wait: 'complete' });
	}

	/** An expression or a promise of what JSON can say. */
	async evaluate<T>(expression: string): Promise<T> {
		return await evaluate<T>(this.firefox, this.context, expression);
	}

	/** Looks again until it holds. Rejects after a minute, and says what the page shows then. */
	async until(expression: string): Promise<void> {
		const end = performance.now() + LONGEST_WAIT_MS;
		while ((await this.evaluate<unknown>(expression)) !== true) {
			if (performance.now() > end) throw new Error(`${expression} did not come true. The page shows:\n${await this.evaluate<string>('document.body.innerText')}`);
			await sleep(50);
		}
	}

	async shows(state: string): Promise<void> {
		await this.until(`document.querySelector('[data-testid="state"]')?.dataset.state === ${JSON.stringify(state)}`);
	}

	/** Of all visible elements with this test id. */
	async texts(id: string): Promise<string[]> {
		return await this.evaluate<string[]>(`[...document.querySelectorAll('[data-testid="${id}"]')].filter((e) => e.checkVisibility()).map((e) => e.innerText)`);
	}

	async saysSoon(id: string, part: string): Promise<void> {
		await this.until(`[...document.querySelectorAll('[data-testid="${id}"]')].some((e) => e.checkVisibility() && e.innerText.includes(${JSON.stringify(part)}))`);
	}

	/** With the mouse: what the browser gives only to a caller who did something is given. */
	async click(id: string): Promise<void> {
		const { x, y } = await this.evaluate<{ x: number; y: number }>(`(() => {
			const { left, top, width, height } = document.querySelector('[data-testid="${id}"]').getBoundingClientRect();
			return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) };
		})()`);
		const actions = [{ type: 'pointerMove', x, y }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }];
		await this.firefox.ask('input.performActions', { context: this.context, actions: [{ type: 'pointer', id: 'mouse', actions }] });
	}

	async picture(name: string): Promise<void> {
		mkdirSync(output, { recursive: true });
		const { data } = await this.firefox.ask<{ data: string }>('browsingContext.captureScreenshot', { context: this.context });
		writeFileSync(path.join(output, `${name}.png`), Buffer.from(data, 'base64'));
	}

	async close(): Promise<void> {
		await this.firefox.ask('browsingContext.close', { context: this.context });
	}
}
