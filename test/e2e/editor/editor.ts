import type { Browser, Locator, Page } from 'playwright-core';
import { launch, leave, visit } from '../../page/browser';
import { logIn } from '../browser-caller';
import { type World, startWorld } from '../world';

/** n8n's editor in Chromium, in which somebody is logged in, with the example agent. */
export interface Editor {
	readonly world: World;
	readonly page: Page;
	/** The example agent, or another workflow. */
	openWorkflow(id?: string): Promise<void>;
	openNew(): Promise<void>;
	/** Opens a node's panel. */
	openNode(name: string): Promise<void>;
	nodeOnCanvas(name: string): Locator;
	close(): Promise<void>;
}

export async function openEditor(env: NodeJS.ProcessEnv = {}): Promise<Editor> {
	const world = await startWorld(env);
	let browser: Browser | undefined;
	try {
		browser = await launch();
		const page = await visit(browser, { url: 'about:blank', width: 1400, height: 900 });
		await logIn(page, world);
		return editorOf(world, browser, page);
	} catch (error) {
		await browser?.close();
		await world.end();
		throw error;
	}
}

function editorOf(world: World, browser: Browser, page: Page): Editor {
	const nodeOnCanvas = (name: string): Locator => page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	return {
		world,
		page,
		nodeOnCanvas,
		openWorkflow: async (id = world.agentId) => {
			await page.goto(`${world.n8n.url}/workflow/${id}`);
			await page.locator('[data-test-id="canvas-node"]').first().waitFor();
		},
		openNew: async () => {
			await page.goto(`${world.n8n.url}/workflow/new`);
			await page.locator('[data-test-id="canvas-add-button"]').waitFor();
		},
		openNode: async (name) => {
			await nodeOnCanvas(name).dblclick();
			await page.locator('[data-test-id="ndv"]').waitFor();
		},
		close: async () => {
			try {
				await leave(page);
			} finally {
				await browser.close();
				await world.end();
			}
		},
	};
}
