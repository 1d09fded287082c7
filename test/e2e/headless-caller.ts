import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../host/n8n-host';
import type { CallReport } from '../../runtime/cli/call/report';
import type { World } from './world';

export interface HeadlessCall {
	readonly report: Promise<CallReport>;
	readonly code: Promise<number | null>;
}

/**
 * `voice-loop call` as a user runs it, in a process of its own: wrtc must not live in jest's. Without `n8n` it has no account:
 * n8n allows few log-ins a minute.
 */
export function call(world: { n8n?: Pick<World['n8n'], 'owner'>; pageUrl: string }, ...args: string[]): HeadlessCall {
	const { owner } = world.n8n ?? {};
	const account = owner ? ['--email', owner.email, '--password', owner.password] : [];
	const command = [path.join(root, 'dist/runtime/cli/voice-loop.js'), 'call', '--json', '--url', world.pageUrl, ...account, ...args];
	const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
	const code = new Promise<number | null>((resolve) => child.once('close', resolve));
	const report = code.then(() => {
		const answer = JSON.parse(output) as CallReport & { error?: unknown };
		if (answer.error) throw new Error(`the call did not come about: ${output}`);
		return answer;
	});
	return { code, report };
}
