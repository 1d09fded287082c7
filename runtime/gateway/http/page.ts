import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { escapeHtml } from '../../lib/escape-html';

export interface PageValues {
	readonly agent: string;
	readonly callers: string;
	/** Another origin that the page may talk to, '' for none. */
	readonly connect: string;
}

/** The voice page: one file with everything in it, and the agent's name filled in. */
export class Page {
	private html: string | undefined;

	constructor(private readonly runtimeDir: string) {}

	async render({ agent, callers, connect }: PageValues): Promise<string> {
		this.html ??= await readFile(path.join(this.runtimeDir, 'page', 'page.html'), 'utf8');
		const values: Record<string, string> = { '%AGENT_NAME%': agent, '%CALLERS%': callers, '%CONNECT%': connect };
		return this.html.replace(/%AGENT_NAME%|%CALLERS%|%CONNECT%/g, (place) => escapeHtml(values[place] ?? ''));
	}
}
