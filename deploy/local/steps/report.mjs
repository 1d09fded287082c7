import { statfsSync } from 'node:fs';

/** What goes wrong in a way its reader can put right: shown without a stack. */
export class SetupError extends Error {
	/**
	 * @param {string} message what is wrong
	 * @param {string} remedy what to do about it
	 */
	constructor(message, remedy) {
		super(remedy ? `${message}\n  ${remedy.replaceAll('\n', '\n  ')}` : message);
	}
}

const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/**
 * Runs a piece of slow work and says so: a line when it starts, a line every ten seconds with what
 * `progress` knows, a line with the time it took.
 * @param {NodeJS.WritableStream} out where these lines go
 */
export async function announced(title, work, progress = () => '', out = process.stdout) {
	const since = Date.now();
	out.write(`• ${title}\n`);
	const ticker = setInterval(() => {
		const detail = progress();
		out.write(`    ${seconds(since)}${detail ? `, ${detail}` : ''}\n`);
	}, 10_000);
	try {
		const result = await work();
		out.write(`✓ ${title} (${seconds(since)})\n`);
		return result;
	} finally {
		clearInterval(ticker);
	}
}

/** npm says nothing while it unpacks, so the disk is asked; other writers on it count too. */
export function diskMeter(folder) {
	const free = () => {
		const { bavail, bsize } = statfsSync(folder);
		return bavail * bsize;
	};
	const before = free();
	return () => `about ${Math.max(0, (before - free()) / 1e9).toFixed(1)} GB written`;
}
