import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { escapeHtml } from '../../lib/escape-html';

export interface PageValues {
	readonly agent: string;
	readonly callers: string;
}

/** The voice page: one file with everything in it, and the agent's name filled in. */
export class Page {
	private html: string | undefined;

	constructor(private readonly runtimeDir: string) {}

	async render({ agent, callers }: PageValues): Promise<string> {
		this.html ??= await readFile(path.join(this.runtimeDir, 'page', 'page.html'), 'utf8');
		const values: Record<string, string> = { '%AGENT_NAME%': agent, '%CALLERS%': callers };
		return this.html.replace(/%AGENT_NAME%|%CALLERS%/g, (place) => escapeHtml(values[place] ?? ''));
	}
}
