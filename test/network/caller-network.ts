import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const FIRST_HOST = 2;

/** A network with one caller in it (a namespace of this kernel) and this machine at its other end: it can be cut, and the caller can change addresses. */
export class CallerNetwork {
	private readonly net = `10.213.${process.pid % 256}`;
	/** This machine, as the caller sees it. */
	readonly server = `${this.net}.1`;
	readonly namespace = `vl-caller-${process.pid}`;
	private readonly port = `vlb${process.pid}`;
	private host = FIRST_HOST;

	constructor() {
		run('ip', 'netns', 'add', this.namespace);
		process.once('exit', () => this.remove());
		run('ip', 'link', 'add', this.port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.namespace);
		run('ip', 'addr', 'add', `${this.server}/24`, 'dev', this.port);
		run('ip', 'link', 'set', this.port, 'up');
		this.inside('ip', 'link', 'set', 'lo', 'up');
		this.inside('ip', 'addr', 'add', `${this.net}.${this.host}/24`, 'dev', 'eth0');
		this.inside('ip', 'link', 'set', 'eth0', 'up');
		this.inside('ip', 'route', 'add', 'default', 'via', this.server);
		this.inside('nft', 'add', 'table', 'ip', 'cut');
	}

	/** Nothing passes, neither way: no sound, no HTTP. */
	cut(): void {
		for (const hook of ['input', 'output']) {
			this.inside('nft', 'add', 'chain', 'ip', 'cut', hook, `{ type filter hook ${hook} priority 0 ; policy accept ; }`);
			this.inside('nft', 'add', 'rule', 'ip', 'cut', hook, hook === 'input' ? 'iifname' : 'oifname', 'eth0', 'drop');
		}
	}

	mend(): void {
		this.inside('nft', 'flush', 'table', 'ip', 'cut');
	}

	/** A program in this folder that runs Chromium in the caller's network. */
	chromium(folder: string): string {
		const program = path.join(folder, 'chromium');
		writeFileSync(program, `#!/bin/sh\nexec ip netns exec ${this.namespace} ${process.env.CHROMIUM ?? '/usr/bin/chromium'} "$@"\n`, { mode: 0o700 });
		return program;
	}

	/** The caller's address at this moment. */
	get caller(): string {
		return `${this.net}.${this.host}`;
	}

	/** As a telephone that leaves one network for another. */
	changeAddress(): void {
		const [from, to] = [this.host, ++this.host];
		this.inside('ip', 'addr', 'del', `${this.net}.${from}/24`, 'dev', 'eth0');
		this.inside('ip', 'addr', 'add', `${this.net}.${to}/24`, 'dev', 'eth0');
		this.inside('ip', 'route', 'replace', 'default', 'via', this.server);
	}

	remove(): void {
		// The port outlives its namespace while a process is left in there.
		for (const [kind, name] of [['link', this.port], ['netns', this.namespace]] as const) {
			try {
				run('ip', kind, 'del', name);
			} catch {
				// It is gone already.
			}
		}
	}

	private inside(...command: string[]): void {
		run('ip', 'netns', 'exec', this.namespace, ...command);
	}
}

function run(program: string, ...args: string[]): void {
	// Debian keeps these where only root's PATH leads.
	execFileSync(program, args, { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
}
