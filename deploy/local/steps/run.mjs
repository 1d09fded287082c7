import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './report.mjs';

const running = new Set();

/** npm exports these to its scripts; an npm started inside another folder would act on the clone instead. */
function ownEnvironment() {
	return Object.fromEntries(
		Object.entries(process.env).filter(
			([name]) => !/^npm_(package|lifecycle|config_local_prefix|config_prefix|command)/.test(name),
		),
	);
}

/** npm says what is wrong first and adds its whole manual; compilers say it last. */
const excerpt = (text) => (text.length <= 3000 ? text : `${text.slice(0, 1500)}\n…\n${text.slice(-1500)}`);

function signalGroup(child, signal) {
	try {
		process.kill(-child.pid, signal);
	} catch {
		// It ended in the meantime.
	}
}

/**
 * Runs a program to its end, quietly; when it fails, the error carries the end of what it wrote.
 * Each one leads its own process group, so that an interrupted set-up can end all of it.
 * @returns {Promise<string>} what it wrote to stdout
 */
export function run(command, args, { cwd, env = {}, remedy = '' } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd,
			env: { ...ownEnvironment(), ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		running.add(child);
		let stdout = '';
		let written = '';
		child.stdout.on('data', (chunk) => {
			stdout += chunk;
			written += chunk;
		});
		child.stderr.on('data', (chunk) => {
			written += chunk;
		});
		const fail = (why) => {
			const shown = [command, ...args].map((part) => path.basename(part)).join(' ');
			reject(new SetupError(`${shown} ${why}\n${excerpt(written.trim())}`, remedy));
		};
		child.on('error', (error) => {
			running.delete(child);
			fail(`could not be started: ${error.message}`);
		});
		child.on('close', (code, signal) => {
			running.delete(child);
			if (code === 0) resolve(stdout);
			else fail(signal ? `was stopped by ${signal}` : `failed with exit code ${code}`);
		});
	});
}

/** npm, by the same copy that runs us when we run under it. */
export function npm(args, options) {
	const own = process.env.npm_execpath;
	return own && /\.c?js$/.test(own)
		? run(process.execPath, [own, ...args], options)
		: run('npm', args, options);
}

/** Where a program is on the PATH, or undefined. */
export function which(program) {
	return (process.env.PATH ?? '')
		.split(path.delimiter)
		.map((folder) => path.join(folder, program))
		.find((file) => existsSync(file));
}

/** Ends every program that `run` started. npm takes a SIGTERM for a wish, so a SIGKILL follows. */
export async function endAll() {
	const ended = [...running].map(
		(child) => new Promise((resolve) => child.once('close', resolve)),
	);
	for (const child of running) signalGroup(child, 'SIGTERM');
	const killer = setTimeout(() => {
		for (const child of running) signalGroup(child, 'SIGKILL');
	}, 1500);
	await Promise.all(ended);
	clearTimeout(killer);
}
