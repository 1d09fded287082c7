/** One JSON line on stderr, which the gateway's log inherits. Never text that was heard or said, never sound. */
export function log(level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown> = {}): void {
	process.stderr.write(`${JSON.stringify({ level, process: 'inference', message, ...details })}\n`);
}
