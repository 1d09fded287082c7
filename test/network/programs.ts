import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Debian keeps some of them where only root's PATH leads. */
const FOLDERS = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];

/** Debian's python3-aiortc: a library that only Debian's own Python finds. */
export const AIORTC = '/usr/lib/python3/dist-packages/aiortc';
/** GStreamer's webrtcbin, what it needs of other packages, and its binding for Python. */
export const GSTREAMER = [
	'/usr/lib/python3/dist-packages/gi',
	'/usr/lib/x86_64-linux-gnu/girepository-1.0/GstWebRTC-1.0.typelib',
	...['webrtc', 'nice', 'rtpmanager', 'opus'].map((name) => `/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgst${name}.so`),
];

/** Is it on this machine? */
export function has(program: string): boolean {
	if (path.isAbsolute(program)) return existsSync(program);
	return FOLDERS.some((folder) => existsSync(path.join(folder, program)));
}

/** `test`, or one that is skipped and says what this machine lacks. */
export function testWith(...programs: string[]): jest.It {
	const absent = programs.filter((program) => !has(program));
	if (absent.length === 0) return test;
	return skipped(`this machine has no ${absent.join(', ')}`);
}

/** The same for what needs network namespaces of its own. */
export function testInNamespaces(...programs: string[]): jest.It {
	if (!['ip', 'nft'].every(has)) return testWith('ip', 'nft', ...programs);
	try {
		execFileSync('ip', ['netns', 'add', 'voice-loop-try'], { stdio: 'ignore' });
		execFileSync('ip', ['netns', 'del', 'voice-loop-try'], { stdio: 'ignore' });
		return testWith(...programs);
	} catch {
		return skipped('this user cannot make network namespaces');
	}
}

function skipped(why: string): jest.It {
	const skip = (name: string, ...rest: unknown[]): void => void test.skip(`${name} (skipped: ${why})`, ...(rest as [jest.ProvidesCallback]));
	return skip as unknown as jest.It;
}

/** An address of this machine that is none of its loopback ones; those where it has no other. */
export function ownAddress(): string {
	const found = Object.values(os.networkInterfaces()).flatMap((entries) => entries ?? []).find(({ internal, family }) => !internal && family === 'IPv4');
	return found?.address ?? '127.0.0.1';
}
