import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** An authority of the test's own, with one certificate for a server at these addresses. Needs openssl. */
export class Authority {
	readonly folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-authority-'));
	readonly authority = path.join(this.folder, 'authority.pem');
	readonly cert = path.join(this.folder, 'server.pem');
	readonly key = path.join(this.folder, 'server.key');

	/** @param names DNS names and IP addresses, as subjectAltName has them: `IP:127.0.0.1`, `DNS:localhost` */
	constructor(...names: string[]) {
		const key = path.join(this.folder, 'authority.key');
		const request = path.join(this.folder, 'server.csr');
		const extensions = path.join(this.folder, 'server.ext');
		writeFileSync(extensions, `subjectAltName=${names.join(',')}\nbasicConstraints=CA:FALSE\n`);
		const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
		this.openssl('req', '-x509', ...curve, '-keyout', key, '-out', this.authority, '-days', '2', '-subj', '/CN=Authority of a test');
		this.openssl('req', ...curve, '-keyout', this.key, '-out', request, '-subj', '/CN=Server of a test');
		this.openssl('x509', '-req', '-in', request, '-CA', this.authority, '-CAkey', key, '-CAcreateserial', '-out', this.cert, '-days', '2', '-extfile', extensions);
	}

	/** A home for Chromium, which trusts this authority. Needs certutil. */
	browserHome(): string {
		const store = path.join(this.folder, 'home', '.pki', 'nssdb');
		mkdirSync(store, { recursive: true });
		const database = `sql:${store}`;
		execFileSync('certutil', ['-d', database, '-N', '--empty-password'], { stdio: 'pipe' });
		execFileSync('certutil', ['-d', database, '-A', '-t', 'C,,', '-n', 'test', '-i', this.authority], { stdio: 'pipe' });
		return path.join(this.folder, 'home');
	}

	remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}

	private openssl(...args: string[]): void {
		execFileSync('openssl', args, { stdio: 'pipe' });
	}
}
